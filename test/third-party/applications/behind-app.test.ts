import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { launchChromium } from '../../support/pages/chromium.ts';
import { BEHIND_APP, MODES } from './list.ts';
import { Site } from './site.ts';

/** `APPLICATIONS=jupyter`: only these. */
const names = process.env.APPLICATIONS?.split(',');

const applications = BEHIND_APP.filter(({ name }) => names?.includes(name) ?? true);

for (const application of applications) {
  describe(`${application.title}, behind --app`, () => {
    let browser: Browser;
    let site: Site;

    before(async function () {
      this.timeout(120_000);
      for (const name of ['chromium', application.name, ...application.programs]) requireOrSkip(this, name);
      [browser, site] = await Promise.all([launchChromium(), Site.startBehindApp(application)]);
    });
    after(async function () {
      this.timeout(60_000);
      await browser?.close();
      await site?.stop();
    });

    for (const use of Object.keys(application.uses)) {
      for (const mode of MODES.filter(({ transports }) => transports === undefined)) {
        it(`works ${mode.title}: ${use}`, async function () {
          this.timeout(60_000);
          await site.use(browser, use, mode);
        });
      }
    }
  });
}
