import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { linkedGateway } from '../support/cluster/gateways.ts';
import { MemoryNetwork } from '../support/cluster/memory-network.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type FrontProxy, recipeOf, startFrontProxy } from '../support/servers/front-proxies.ts';
import { until } from '../support/until.ts';

const SITE = 'gateway.intranet';
const NODES = ['web1-3fa2c1', 'web2-90b7de'];
const TRANSPORTS = ['websocket-session', 'xhr-streaming', 'eventsource', 'xhr-polling'];
const MESSAGES = 10;

/** Lines of each recipe that read the node in an address. */
const READS_ADDRESS = { nginx: /^.*_fallback.*\n/gm, haproxy: /^.*use-server.*\n/gm };

describe('the recipe of deploy/balancer for', () => {
  let ports: number[];
  let gateways: ReturnType<typeof linkedGateway>[];
  let network: MemoryNetwork;
  /** Frames between the nodes. */
  let frames = 0;

  before(async () => {
    network = new MemoryNetwork();
    const options = { host: SITE, trustedProxy: '127.0.0.1', routes: ['/ws=echo:'] };
    gateways = NODES.map((name) => {
      const link = network.link(name);
      const send = link.send.bind(link);
      link.send = (to, frame) => {
        frames++;
        return send(to, frame);
      };
      return linkedGateway(options, link);
    });
    ports = [];
    for (const gateway of gateways) ports.push((await gateway.listen()).port);
  });
  after(() => Promise.all(gateways.map((gateway) => gateway.close(0))));

  for (const name of ['nginx', 'haproxy'] as const) {
    for (const isLed of [true, false]) {
      describe(`${name}${isLed ? '' : ', without the lines that read the address'}`, function () {
        this.timeout(30_000);
        let proxy: FrontProxy | undefined;
        let realm: Realm | undefined;

        before(async function () {
          requireOrSkip(this, name);
          const recipe = recipeOf(name, 'balancer')
            .replaceAll('10.0.0.1:8080', `127.0.0.1:${ports[0]}`)
            .replaceAll('10.0.0.2:8080', `127.0.0.1:${ports[1]}`);
          proxy = await startFrontProxy(name, 0, 0, () =>
            isLed ? recipe : recipe.replace(READS_ADDRESS[name], ''),
          );
        });
        afterEach(() => realm?.leave());
        after(() => proxy?.close());

        const port = (): number => (proxy as FrontProxy).port;

        for (const transport of TRANSPORTS) {
          it(`passes ${transport}, ${isLed ? 'at once to the owner' : 'to any node'}`, async () => {
            let forwarded = 0;
            // Some sessions of each node.
            for (let sessions = 0; sessions < 6; sessions++) {
              realm = openRealm({
                url: `http://127.0.0.1:${port()}/page`,
                without: transport === 'websocket-session' ? [] : ['WebSocket'],
              });
              await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
              realm.run(talk(`ws://127.0.0.1:${port()}/ws`));
              await until('the session is open', () => realm?.window.log.length > 0);
              const before = frames;
              realm.run('next()');
              await until('the echoes', () => realm?.window.log.length === MESSAGES + 1);
              forwarded += frames - before;
              realm.run('ws.close(4001)');
              await until('the close', () => realm?.window.log.length === MESSAGES + 2);
              assert.deepEqual([...realm.window.log].slice(-2), [`message ${MESSAGES - 1}`, 4001]);
              realm.leave();
            }
            // A message is one request and its echo at least.
            if (isLed) assert.equal(forwarded, 0);
            else if (transport !== 'websocket-session')
              assert.ok(forwarded > MESSAGES, `${forwarded} frames`);
          });
        }

        it('passes native WebSockets to both', async () => {
          const sockets = [0, 1, 2, 3].map(
            () => new WebSocket(`ws://127.0.0.1:${port()}/ws`, { headers: { host: SITE } }),
          );
          await Promise.all(sockets.map((socket) => once(socket, 'open')));
          assert.ok(gateways.every(({ connections }) => connections > 0));
          for (const socket of sockets) socket.close();
          await Promise.all(sockets.map((socket) => once(socket, 'close')));
        });
      });
    }
  }
});

/** A page that sends a message when the echo of the last one has come. */
function talk(url: string): string {
  return `
    var log = [], sent = 0, ws = new WebSocket('${url}');
    function next() {
      if (sent < ${MESSAGES}) ws.send('message ' + sent);
      sent += 1;
    }
    ws.onopen = function () { log.push('open'); };
    ws.onmessage = function (event) { log.push(event.data); next(); };
    ws.onclose = function (event) { log.push(event.code); };`;
}
