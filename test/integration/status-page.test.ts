import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { Servers } from '../support/servers/upstreams.ts';

/** What a script in the page does to reach another server: each is refused by a directive. */
const ATTEMPTS: Readonly<Record<string, (url: string) => string>> = {
  'img-src': (url) => `new Image().src = '${url}'`,
  'script-src-elem': (url) => add('script', 'src', url),
  'style-src-elem': (url) => `${add('link', 'href', url)}.rel = 'stylesheet'`,
  'frame-src': (url) => add('iframe', 'src', url),
  'connect-src': (url) => `void fetch('${url}').catch(() => {})`,
  'form-action': (url) => `${add('form', 'action', url)}.submit()`,
};

function add(tag: string, attribute: string, url: string): string {
  return `Object.assign(document.body.appendChild(document.createElement('${tag}')), { ${attribute}: '${url}' })`;
}

describe('the status page in Chromium', function () {
  this.timeout(90_000);
  const servers = new Servers();
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let context: BrowserContext;
  let page: Page;
  let origin: string;

  before(async function () {
    requireOrSkip(this, 'chromium');
    browser = await launchChromium();
    gateway = await startGateway({ demo: true, routes: ['/echo=echo:'], status: '127.0.0.1:0' });
    origin = `http://127.0.0.1:${gateway.statusPort}`;
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context?.close();
    servers.stopAll();
  });

  it('asks its own port for the page and its style sheet, and nobody for anything else', async () => {
    const requested: string[] = [];
    context.on('request', (request) => requested.push(request.url()));
    const pages = (): number => requested.filter((url) => url === `${origin}/status`).length;
    await page.goto(`${origin}/status`);
    assert.equal(await page.textContent('h1'), 'fallback-gateway');
    // It loads itself again after ten seconds.
    while (pages() < 2) await page.waitForEvent('load', { timeout: 60_000 });
    await page.waitForLoadState('load');
    assert.deepEqual([...new Set(requested)], [`${origin}/status`, `${origin}/status.css`]);
  });

  for (const [directive, attempt] of Object.entries(ATTEMPTS))
    it(`reaches no other server, whatever gets into it: ${directive}`, async () => {
      const reached = new EventEmitter();
      const port = await servers.http((server) => {
        // Chromium opens a connection for a frame or a form before it looks at the policy.
        server.on('request', () => reached.emit('other', 'reached'));
      });
      await page.goto(`${origin}/status`);
      const refused = page.evaluate(`new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => {
          resolve(event.effectiveDirective + ' ' + new URL(event.blockedURI).origin);
        });
        ${attempt(`http://127.0.0.1:${port}/x`)};
      })`);
      assert.equal(
        await Promise.race([refused, once(reached, 'other').then(String)]),
        `${directive} http://127.0.0.1:${port}`,
      );
    });
});
