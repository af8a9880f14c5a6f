// A reporter of mocha's for the runner of all tests. Each event is one line of JSON on descriptor
// 3.
const { writeSync } = require('node:fs');
const { Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Runner.constants;

function send(event) {
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  for (let sent = 0; sent < line.length; ) sent += writeSync(3, line, sent);
}

module.exports = class Events {
  constructor(runner) {
    runner.on(EVENT_TEST_BEGIN, (test) => send({ event: 'begin', title: test.fullTitle() }));
    runner.on(EVENT_TEST_PASS, (test) => send({ event: 'pass', title: test.fullTitle() }));
    runner.on(EVENT_TEST_PENDING, (test) => send({ event: 'skip', title: test.fullTitle() }));
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      send({
        event: 'fail',
        title: test.fullTitle(),
        error: describe(error),
        isTest: test.type === 'test',
      }),
    );
    runner.on(EVENT_RUN_END, () => send({ event: 'end' }));
  }
};

function describe(error) {
  const text = String(error?.stack || error?.message || error);
  return error?.cause ? `${text}\ncause: ${describe(error.cause)}` : text;
}
