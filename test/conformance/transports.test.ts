import { openRealm } from '../support/browser/realm.ts';
import {
  conformanceService,
  selectProtocol,
  startConformanceUpstream,
  type Upstream,
} from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { carriers } from './carriers.ts';
import { type Tag, websocketConformance } from './conformance.ts';

const ALL: readonly Tag[] = ['local', 'lines', 'echo', 'commands', 'refuse', 'transport'];

/** Origin of a page that is not the gateway's. */
const ELSEWHERE = 'http://elsewhere.example';

const routes: readonly { path: string; leads: string; tags: readonly Tag[] }[] = [
  { path: '/upstream', leads: 'to a server behind the gateway', tags: ALL },
  {
    path: '/handler',
    leads: "to a handler in the gateway's process",
    tags: ALL.filter((tag) => tag !== 'refuse'),
  },
  { path: '/echo', leads: 'to the built-in echo', tags: ['lines', 'echo', 'transport'] },
];

describe('a WebSocket through the gateway', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startGateway(
      {
        routes: [`/upstream=ws://127.0.0.1:${upstream.port}`, '/echo=echo:'],
        origin: ELSEWHERE,
        maxSessionsPerAddress: 10_000,
        maxConnectionsPerAddress: 10_000,
      },
      (made) => made.route('/handler', conformanceService(), { handleProtocols: selectProtocol }),
    );
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const { name, transport, browser, sameOrigin } of carriers) {
    for (const { path, leads, tags } of routes) {
      describe(`over ${name}, ${leads}`, () => {
        websocketConformance({
          tags,
          environment: () => ({ url: `ws://127.0.0.1:${gateway.port}${path}`, transport, millis: 18_000 }),
          open: async () => {
            const realm = openRealm({ ...browser, url: `http://127.0.0.1:${gateway.port}/page` });
            await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
            return realm;
          },
        });
      });
    }

    if (sameOrigin) continue;
    describe(`over ${name}, from a page of another origin`, () => {
      websocketConformance({
        tags: ['lines', 'echo', 'transport'],
        environment: () => ({ url: `ws://127.0.0.1:${gateway.port}/upstream`, transport, millis: 18_000 }),
        open: async () => {
          const realm = openRealm({ ...browser, url: `${ELSEWHERE}/page` });
          const script = `http://127.0.0.1:${gateway.port}/shim/websocket.min.js`;
          await realm.loadScript(script, { 'data-transports': transport });
          return realm;
        },
      });
    });
  }
});
