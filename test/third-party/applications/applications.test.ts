import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { launchChromium } from '../../support/pages/chromium.ts';
import { APPLICATIONS, MODES } from './list.ts';
import { Site } from './site.ts';

/** `APPLICATIONS=rails,spring`: only these. */
const names = process.env.APPLICATIONS?.split(',');

const applications = APPLICATIONS.filter(({ name }) => names?.includes(name) ?? true);

for (const application of applications) {
  describe(`${application.title}, in front of which nginx adds the shim’s tag`, () => {
    let browser: Browser;
    let site: Site;

    before(async function () {
      this.timeout(120_000);
      for (const name of ['chromium', 'nginx', application.name, ...application.programs])
        requireOrSkip(this, name);
      [browser, site] = await Promise.all([launchChromium(), Site.start(application)]);
    });
    after(async function () {
      this.timeout(60_000);
      await browser?.close();
      await site?.stop();
    });

    for (const use of Object.keys(application.uses)) {
      for (const mode of MODES) {
        it(`works ${mode.title}: ${use}`, async function () {
          this.timeout(60_000);
          await site.use(browser, use, mode);
        });
      }
    }
  });
}
