// Mocha's dots, and after them one line that programs can read: `N passed, N failed`. Under CI=true nothing may be skipped: what was
// is told and counts as failed. What fails is told at once, too: a run of half an hour may be cut off before its end.
const { reporters, Runner } = require('mocha');

class Reporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    this.skipped = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) =>
      console.log(`\nfailed: ${test.fullTitle()}: ${error.message}`),
    );
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => this.skipped.push(test.fullTitle()));
  }

  done(failures, end) {
    const forbidden = process.env.CI === 'true' ? this.skipped : [];
    for (const title of forbidden) console.log(`skipped, which CI does not allow: ${title}`);
    if (this.skipped.length > forbidden.length) console.log(`${this.skipped.length} skipped`);
    console.log(`${this.stats.passes} passed, ${failures + forbidden.length} failed`);
    end(failures + forbidden.length);
  }
}

module.exports = Reporter;
