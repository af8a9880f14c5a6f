import assert from 'node:assert/strict';
import { chromiumSite } from '../support/pages/chromium-site.ts';
import { echoScript } from '../support/pages/echo-script.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** What a page has done to one carrier, and what the shim says of it. */
interface Case {
  readonly title: string;
  readonly carrier: string;
  /** In front of the shim. */
  readonly head: string;
  readonly reason: RegExp;
}

const script = (code: string): string => `<script>${code}</script>`;
/** A script of the page that wraps every request whose address has `xhr-streaming`. */
const wrapper = (code: string): string =>
  script(`
    var open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (method, url) {
      this.streams = /xhr-streaming/.test(url);
      ${code}
      return open.apply(this, arguments);
    };
  `);
const onText = (code: string): string =>
  script(`
    var text = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, 'responseText');
    Object.defineProperty(XMLHttpRequest.prototype, 'responseText', {
      get: function () { ${code} return text.get.call(this); }
    });
  `);

const CASES: readonly Case[] = [
  {
    title: 'whose constructor throws',
    carrier: 'eventsource',
    head: script('window.EventSource = function () { throw new Error("no events here"); };'),
    reason: /no events here/,
  },
  {
    title: 'whose open() throws',
    carrier: 'xhr-streaming',
    head: wrapper('if (this.streams) throw new Error("not opened");'),
    reason: /not opened/,
  },
  {
    title: 'whose send() throws',
    carrier: 'xhr-streaming',
    head:
      wrapper('') +
      script(`
        var send = XMLHttpRequest.prototype.send;
        XMLHttpRequest.prototype.send = function (body) {
          if (this.streams) throw new Error("not sent");
          return send.call(this, body);
        };
      `),
    reason: /not sent/,
  },
  {
    title: 'whose responseText throws',
    carrier: 'xhr-streaming',
    head: wrapper('') + onText('if (this.streams) throw new Error("no text");'),
    reason: /no text/,
  },
  {
    title: 'whose responseText throws because the page has set a responseType',
    carrier: 'xhr-streaming',
    head: wrapper('if (this.streams) this.responseType = "blob";'),
    reason: /InvalidStateError/,
  },
  {
    title: 'under a wrapper that shows a response when it is complete',
    carrier: 'xhr-streaming',
    head: wrapper('') + onText('if (this.streams && this.readyState < 4) return "";'),
    reason: /held back/,
  },
  {
    title: 'in a frame that may not call a page with document.domain',
    carrier: 'iframe-htmlfile',
    head: script('document.domain = document.domain;'),
    reason: /SecurityError|TypeError/,
  },
  {
    title: 'in a frame that a policy forbids',
    carrier: 'iframe-htmlfile',
    head: `<meta http-equiv="Content-Security-Policy" content="frame-src 'none'">`,
    reason: /SecurityError|TypeError/,
  },
];

const page = (query: URLSearchParams): string => {
  const { carrier, head } = CASES[Number(query.get('case'))] as Case;
  return `<!DOCTYPE html><html><head><title>page</title>${head}</head><body>
<script src="/shim/websocket.min.js" data-transports="${carrier},xhr-polling"></script>
${script(echoScript())}
</body></html>`;
};

describe('a carrier fails at once, with its reason, and another one goes on, in Chromium:', function () {
  this.timeout(60_000);
  const site = chromiumSite(
    () => startGateway({ routes: [{ path: '/echo', backend: 'echo:' }] }),
    () => ({ '/_test/page.html': page }),
  );

  for (const [number, { title, carrier, reason }] of CASES.entries())
    it(`one ${title}`, async () => {
      const context = await site.browser.newContext();
      try {
        // Without it Chromium ignores document.domain since version 115.
        await context.route('**/page.html?*', async (route) => {
          const response = await route.fetch();
          await route.fulfill({
            response,
            headers: { ...response.headers(), 'origin-agent-cluster': '?0' },
          });
        });
        const tab = await context.newPage();
        await tab.goto(`http://localhost:${site.front.port}/_test/page.html?case=${number}`);
        await tab.waitForFunction('window.result');
        assert.match(String(await tab.evaluate('window.result')), /^done /);
        // Until the shim has tried the better carrier. Two, because a stream has two seconds then,
        // and the engine the time to refuse a frame.
        await tab.evaluate(`
          window.again = new WebSocket('ws://' + location.host + '/echo');
          window.other = new WebSocket('ws://' + location.host + '/echo');
          0;
        `);
        await tab.waitForFunction(
          `window.socket.diagnostics.concat(window.again.diagnostics).some(function (step, at, all) {
            return at > 0 && step.transport === '${carrier}' && step.what !== 'trying';
          })`,
        );
        const steps = (await tab.evaluate('window.socket.diagnostics.concat(window.again.diagnostics)')) as {
          time: number;
          transport: string;
          what: string;
        }[];
        const [trying, failed] = steps.filter(({ transport }) => transport === carrier);
        assert.equal(trying?.what, 'trying', JSON.stringify(steps));
        assert.match(String(failed?.what), reason, JSON.stringify(steps));
        assert.ok((failed?.time ?? 0) - (trying?.time ?? 0) < 2500, JSON.stringify(steps));
        assert.equal(await tab.evaluate('window.again.readyState'), 1);
      } finally {
        await context.close();
      }
    });
});
