import assert from 'node:assert/strict';
import { openRealm } from '../support/browser/realm.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { carriers } from './carriers.ts';
import { scenario } from './conformance.ts';
import { problemsOf, SOCKETS } from './together.ts';

/**
 * Sockets of one page share a downstream (PROTOCOL.md §10). With one for each, two would take the
 * two connections, and no other request would ever be sent.
 */
describe(`the scenario, ${SOCKETS} cases at a time on one page of a browser that has two connections to a host,`, () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startGateway({ routes: [`/upstream=ws://127.0.0.1:${upstream.port}`] });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const { name, transport, browser } of carriers) {
    if (/websocket/.test(transport)) continue;
    it(`over ${name}`, async function () {
      this.timeout(60_000);
      const realm = openRealm({
        ...browser,
        url: `http://127.0.0.1:${gateway.port}/page`,
        connections: 2,
      });
      try {
        await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
        realm.run(scenario);
        const url = `ws://127.0.0.1:${gateway.port}/upstream`;
        assert.deepEqual(await problemsOf(realm, { url, transport, millis: 20_000 }), []);
        assert.deepEqual(realm.errors, []);
      } finally {
        realm.leave();
      }
    });
  }
});
