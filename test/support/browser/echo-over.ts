import { until } from '../until.ts';
import { openRealm, type RealmOptions } from './realm.ts';

/** A transport, and a stand-in browser that has it. */
interface EchoCarrier {
  readonly transport: string;
  readonly browser: Partial<RealmOptions>;
}

/**
 * A page at a gateway's port opens its echo route over a transport, says hello, and closes with
 * 4001. Resolves with what came back, the transport and the close code.
 */
export async function echoOver(
  { transport, browser }: EchoCarrier,
  port: number,
  path = '/ws',
): Promise<unknown[]> {
  const realm = openRealm({ ...browser, url: `http://127.0.0.1:${port}/page` });
  try {
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
    realm.run(`
      var log = [];
      var ws = new WebSocket('ws://127.0.0.1:${port}${path}');
      ws.onopen = function () { ws.send('hello'); };
      ws.onmessage = function (event) { log.push(event.data, ws.transport); ws.close(4001, 'bye'); };
      ws.onclose = function (event) { log.push(event.code); };`);
    await until(
      'the close',
      () => realm.window.log.length > 0 && typeof realm.window.log.at(-1) === 'number',
    );
    return [...realm.window.log];
  } finally {
    realm.leave();
  }
}
