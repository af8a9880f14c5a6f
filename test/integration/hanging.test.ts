import assert from 'node:assert/strict';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import type { UpgradeFate } from '../support/faults/faults.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

describe('where a WebSocket does not come through', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let proxy: FaultProxy;
  let realm: Realm;

  beforeEach(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startGateway({ routes: [`/ws=ws://127.0.0.1:${upstream.port}`] });
  });
  afterEach(async () => {
    realm.leave();
    await proxy.close();
    await gateway.close();
    await upstream.close();
  });

  async function open(upgrade: UpgradeFate): Promise<void> {
    proxy = await FaultProxy.start({ target: gateway.port, upgrade });
    realm = openRealm({ url: `http://127.0.0.1:${proxy.port}/page` });
    await realm.loadScript('/shim/websocket.min.js');
    realm.run('var log = [];');
  }

  function connect(): void {
    realm.run(`
      log.length = 0;
      var ws = new WebSocket('ws://127.0.0.1:${proxy.port}/ws');
      ws.onopen = function () { log.push('open'); ws.send('hello'); };
      ws.onmessage = function (event) { log.push(event.data); };
      ws.onerror = function () { log.push('error'); };
      ws.onclose = function (event) { log.push('close ' + event.code); };`);
  }

  for (const [fate, what] of [
    ['swallow', 'the Upgrade is swallowed'],
    ['partial-101', 'a 101 begins and does not end'],
    ['426', 'the Upgrade is taken away and 426 answered'],
  ] as const) {
    it(`is open on a fallback, with one backend connection, when ${what}`, async () => {
      await open(fate);
      connect();
      await until('open', () => realm.window.log.length > 0);
      await until('the echo', () => realm.window.log.length > 1);
      assert.deepEqual([...realm.window.log], ['open', 'hello']);
      assert.equal(upstream.opened, 1);
      assert.notEqual(realm.window.ws.transport, 'websocket');
    });
  }

  it('passes over, at the next try, a WebSocket that opened and died before its first message', async () => {
    await open('silent-101');
    connect();
    await until('open', () => realm.window.log[0] === 'open');
    proxy.cutAll();
    await until('close', () => realm.window.log.includes('close 1006'));
    connect();
    await until('the echo', () => realm.window.log.includes('hello'));
    assert.deepEqual([...realm.window.log], ['open', 'hello']);
    assert.equal(upstream.opened, 1);
  });
});
