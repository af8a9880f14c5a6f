import { strict as assert } from 'node:assert';
import type { Browser, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium, newPage } from '../support/pages/chromium.ts';
import { useDemoPage } from '../support/pages/demo-page.ts';
import { startGateway } from '../support/servers/gateway.ts';

describe('the page with STOMP over SockJS', function () {
  this.timeout(60_000);
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    gateway = await startGateway({ demo: true });
  });
  after(() => gateway.close());

  describe('in Chromium', () => {
    let browser: Browser;
    /** What pages threw, and files that were not there. */
    const faults: string[] = [];

    before(async function () {
      requireOrSkip(this, 'chromium');
      browser = await launchChromium();
    });
    after(() => browser?.close());

    async function connect(): Promise<Page> {
      const page = await newPage(browser, faults);
      await page.goto(`http://127.0.0.1:${gateway.port}/sockjs.html`);
      await page.click('#connect');
      await shows(page, 'state', 'Connected over websocket.');
      return page;
    }

    const shows = (page: Page, id: string, text: string) =>
      page.waitForFunction(
        `document.getElementById('${id}').innerText.includes(${JSON.stringify(text)}) && !document.getElementById('send').disabled`,
      );

    it('greets in every page that is connected, and in none that is not', async () => {
      const [ada, grace] = [await connect(), await connect()];
      await ada.fill('#name', 'snow ☃ and 🎈 <i>');
      await ada.click('#send');
      for (const page of [ada, grace]) await shows(page, 'greetings', 'Hello, snow ☃ and 🎈 <i>!');
      await ada.click('#disconnect');
      await ada.waitForFunction("document.getElementById('state').innerText.startsWith('Not connected')");
      await grace.fill('#name', 'Grace');
      await grace.click('#send');
      await shows(grace, 'greetings', 'Hello, Grace!');
      assert.equal(await ada.innerText('#greetings'), '');
      assert.deepEqual(faults, []);
    });
  });

  for (const [engine, stands] of [
    ['phantomjs-1.9', 'WebKit of 2011'],
    ['khtml', 'without WebSocket and EventSource'],
  ] as const) {
    it(`works in ${engine}, ${stands}`, async function () {
      requireOrSkip(this, engine);
      // sockjs-client knows Konqueror by its name, and does not use postMessage there, nor frames;
      // the test's program has another name.
      const before =
        '<head><script>if (/KIO/.test(navigator.userAgent)) window.postMessage = undefined;</script>';
      const driver = `<script>
        var state = document.getElementById('state');
        var greetings = document.getElementById('greetings');
        var isSent = false;
        document.getElementById('name').value = 'Konrad \\u2603';
        document.getElementById('connect').onclick();
        setInterval(function () {
          if (!isSent && !document.getElementById('send').disabled) {
            isSent = true;
            document.getElementById('send').onclick();
          }
          if (greetings.innerText.indexOf('Hello, Konrad \\u2603!') >= 0 && state.innerText.indexOf('Connected over') === 0)
            document.title = 'done';
        }, 50);
      </script></body>`;
      await useDemoPage({
        engine,
        gatewayPort: gateway.port,
        page: 'sockjs.html',
        edit: (html) => html.replace('<head>', before).replace('</body>', () => driver),
      });
    });
  }
});
