import assert from 'node:assert/strict';
import { chromiumSite } from '../support/pages/chromium-site.ts';
import { echoScript } from '../support/pages/echo-script.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { ALTERED, type Altered } from './foreign-pages/altered.ts';
import { PLACES, type Place, TRANSPORTS } from './foreign-pages/places.ts';

/** What a native WebSocket does not notice, a fallback may not notice either. */
describe('pages of other people work natively and over every fallback, in Chromium:', function () {
  this.timeout(60_000);
  const site = chromiumSite(
    () =>
      startGateway({
        routes: [{ path: '/echo', backend: 'echo:' }],
        jsonp: true,
        origin: ['*', 'null'],
      }),
    (site) => {
      const shim = (transport: string | null): string =>
        `<script src="http://localhost:${site.front.port}/shim/websocket.min.js" data-transports="${transport}"></script>`;
      return {
        '/_test/altered.html': (query) => {
          const altered = ALTERED[query.get('name') as string] as Altered;
          return `<!DOCTYPE html><html><head><title>page</title></head><body>${altered.body ?? ''}
${altered.before ?? ''}${shim(query.get('transport'))}${altered.after ?? ''}
<script>${echoScript()}</script></body></html>`;
        },
        '/_test/place.html': (query) => {
          const place = PLACES[query.get('name') as string] as Place;
          const address = `window.gatewayAddress = 'ws://localhost:${site.front.port}';`;
          return place.page(
            `<script>${address}</script>${shim(query.get('transport'))}<script>${echoScript()}</script>`,
          );
        },
      };
    },
  );

  async function result(path: string): Promise<string> {
    const context = await site.browser.newContext();
    try {
      const tab = await context.newPage();
      await tab.goto(`http://localhost:${site.front.port}/_test/${path}`);
      // By an attribute: what else Playwright runs is in the page's own world, with its changes.
      const root = tab.locator('html[data-result]');
      await root.waitFor({ state: 'attached', timeout: 15_000 });
      return String(await root.getAttribute('data-result'));
    } finally {
      await context.close();
    }
  }

  for (const [page, where, kinds] of [
    ['altered.html', 'where', ALTERED],
    ['place.html', 'in', PLACES],
  ] as const)
    for (const [name, { transports = TRANSPORTS }] of Object.entries<{ transports?: readonly string[] }>(
      kinds,
    ))
      describe(`${where} ${name}, over`, () => {
        for (const transport of transports)
          it(transport, async () => {
            const query = new URLSearchParams({ name, transport });
            assert.equal(await result(`${page}?${query}`), `done ${transport}`);
          });
      });
});
