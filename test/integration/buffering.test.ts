import assert from 'node:assert/strict';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

describe('behind a proxy that holds every answer back to its end', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let proxy: FaultProxy;
  let realm: Realm;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startGateway({ routes: [`/ws=ws://127.0.0.1:${upstream.port}`] });
    proxy = await FaultProxy.start({ target: gateway.port, upgrade: '426', faults: { buffer: 1 } });
  });
  afterEach(() => realm.leave());
  after(async () => {
    await proxy.close();
    await gateway.close();
    await upstream.close();
  });

  for (const [what, without, transports] of [
    ['of today', [], ''],
    ['without EventSource', ['EventSource'], ''],
    ['that asks for streams first', [], 'xhr-streaming,eventsource,xhr-polling'],
  ] as const) {
    it(`a browser ${what} is open within one round trip and has its first message long before a heart-beat`, async () => {
      realm = openRealm({ url: `http://127.0.0.1:${proxy.port}/page`, without: ['WebSocket', ...without] });
      await realm.loadScript(
        '/shim/websocket.min.js',
        transports === '' ? {} : { 'data-transports': transports },
      );
      const requests = proxy.requests;
      let atOpen = 0;
      realm.window.opened = () => {
        atOpen = proxy.requests - requests;
      };
      realm.run(`
        var log = [];
        var ws = new WebSocket('ws://127.0.0.1:${proxy.port}/ws');
        ws.onopen = function () { opened(); setTimeout(function () { ws.send('hello'); }, 700); };
        ws.onmessage = function (event) { log.push(event.data); };
        ws.onclose = function (event) { log.push('close ' + event.code); };`);
      await until('open', () => atOpen > 0);
      // The create, and perhaps the first downstream that was requested in the same task.
      assert.ok(atOpen <= 2, `${atOpen} requests`);
      await until('the first message', () => realm.window.log.length > 0);
      assert.deepEqual([...realm.window.log], ['hello']);
    });
  }
});
