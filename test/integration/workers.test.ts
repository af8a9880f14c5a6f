import assert from 'node:assert/strict';
import { chromiumSite } from '../support/pages/chromium-site.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** Answers with the transport over which a message came back. */
const talk = (gateway: string, transport: string): string => `
  WebSocketShim.configure({ transports: '${transport}' });
  var socket = new WebSocket('${gateway.replace('http', 'ws')}/echo');
  var finish;
  var result = new Promise(function (resolve) { finish = resolve; });
  socket.onopen = function () { socket.send('x'); };
  socket.onmessage = function () { finish(socket.transport); };
  socket.onclose = function () { finish(JSON.stringify(socket.diagnostics)); };
`;
const blob = (code: string): string =>
  `URL.createObjectURL(new Blob([${JSON.stringify(code).replace(/</g, '\\u003c')}], { type: 'text/javascript' }))`;
const answer = 'result.then(function (text) { postMessage(text); });';

/** What runs the shim of a gateway without a script tag: its code in a page of another origin. */
const PLACES: Readonly<Record<string, (shim: string, code: string) => string>> = {
  'a worker of a blob, by importScripts': (shim, code) =>
    `new Worker(${blob(`importScripts('${shim}');${code}${answer}`)}).onmessage = found;`,
  'a module worker, by import': (shim, code) =>
    `new Worker(${blob(`import '${shim}';${code}${answer}`)}, { type: 'module' }).onmessage = found;`,
  'a shared worker, by importScripts': (shim, code) =>
    `new SharedWorker(${blob(
      `importScripts('${shim}');${code}onconnect = function (event) { result.then(function (text) { event.ports[0].postMessage(text); }); };`,
    )}).port.onmessage = found;`,
  'a module of the page': (shim, code) =>
    `import(${blob(`import '${shim}';${code}result.then(function (text) { found({ data: text }); });`)});`,
};

describe('the shim knows the host that served it, and goes to it over every transport, in Chromium, in', function () {
  this.timeout(60_000);
  const site = chromiumSite(
    () => startGateway({ routes: [{ path: '/echo', backend: 'echo:' }], origin: '*' }),
    (site) => ({
      '/_test/page.html': (query) => {
        const address = `http://127.0.0.1:${site.gateway.port}`;
        const run = PLACES[query.get('place') as string]?.(
          `${address}/shim/websocket.min.js`,
          talk(address, query.get('transport') as string),
        );
        // The last script of the page is not the shim.
        return `<!DOCTYPE html><title>page</title><script>
function found(event) { window.result = event.data; }
${run}
</script><script src="http://other.invalid/last.js" async></script>`;
      },
    }),
  );

  for (const place of Object.keys(PLACES))
    for (const transport of ['websocket', 'eventsource', 'xhr-streaming', 'xhr-polling'])
      it(`${place}: ${transport}`, async () => {
        const tab = await site.browser.newPage();
        try {
          const query = new URLSearchParams({ place, transport });
          await tab.goto(`http://localhost:${site.front.port}/_test/page.html?${query}`, {
            waitUntil: 'commit',
          });
          await tab.waitForFunction('window.result');
          assert.equal(await tab.evaluate('window.result'), transport);
        } finally {
          await tab.close();
        }
      });
});
