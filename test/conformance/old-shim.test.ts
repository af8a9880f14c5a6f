import assert from 'node:assert/strict';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { OLD_SHIMS } from '../support/old-shim/old-shims.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { carriers } from './carriers.ts';
import { scenario } from './conformance.ts';
import { problemsOf, SOCKETS } from './together.ts';

for (const { version, code } of OLD_SHIMS) {
  describe(`the shim of ${version}, ${SOCKETS} cases at a time on one page, with today's gateway,`, () => {
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

    for (const { name, transport, browser } of carriers)
      it(`over ${name}`, async function () {
        this.timeout(60_000);
        const realm: Realm = openRealm({ ...browser, url: `http://127.0.0.1:${gateway.port}/page` });
        try {
          await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport }, code);
          realm.run(scenario);
          assert.equal(realm.run('WebSocketShim.version'), version);
          const url = `ws://127.0.0.1:${gateway.port}/upstream`;
          assert.deepEqual(await problemsOf(realm, { url, transport, millis: 20_000 }), []);
          assert.deepEqual(realm.errors, []);
        } finally {
          realm.leave();
        }
      });
  });
}
