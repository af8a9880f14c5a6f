import { openRealm } from '../support/browser/realm.ts';
import { startCluster, type TestCluster, wrongNode } from '../support/cluster/gateways.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { carriers } from './carriers.ts';
import { websocketConformance } from './conformance.ts';

/** Every request of a session comes to a process that does not own it. */
describe('a WebSocket through the wrong process of a gateway of three processes', () => {
  let upstream: Upstream;
  let cluster: TestCluster;

  before(async () => {
    upstream = await startConformanceUpstream();
    cluster = await startCluster({
      count: 3,
      routes: [`/upstream=ws://127.0.0.1:${upstream.port}`],
      maxSessionsPerAddress: 10_000,
      maxConnectionsPerAddress: 10_000,
    });
    cluster.choose = wrongNode(cluster);
  });
  after(async () => {
    await cluster.close();
    await upstream.close();
  });

  for (const { name, transport, browser } of carriers) {
    // What the gateway sees of these is the same in other engines.
    if (transport === 'websocket' || name.includes('old Internet Explorer')) continue;
    describe(`over ${name}`, () => {
      websocketConformance({
        tags: ['lines', 'echo', 'commands', 'refuse', 'transport'],
        environment: () => ({ url: `ws://127.0.0.1:${cluster.port}/upstream`, transport, millis: 18_000 }),
        open: async () => {
          const realm = openRealm({ ...browser, url: `http://127.0.0.1:${cluster.port}/page` });
          await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
          return realm;
        },
      });
    });
  }
});
