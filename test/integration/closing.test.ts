import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { GatewaySocket } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** Bytes that are more than an outbox and the buffers of the system hold. */
const MUCH = 32 * 1024 ** 2;
const PIECE = 'x'.repeat(60_000);

describe('a connection that is closed while one end is held back', () => {
  let upstream: WebSocketServer;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;

  before(async () => {
    upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(upstream, 'listening');
    upstream.on('connection', (socket) => {
      // It answers the Close behind what it sent before.
      for (let sent = 0; sent < MUCH; sent += PIECE.length) socket.send(PIECE);
    });
    const { port } = upstream.address() as AddressInfo;
    gateway = await startGateway(
      { routes: [{ path: '/feed', backend: `ws://127.0.0.1:${port}` }], outbox: 100_000 },
      (made) => {
        made.route('/deaf', (socket: GatewaySocket) => {
          socket.pause();
          socket.on('close', (code, reason) => heard.push(`${code} ${reason}`));
          setTimeout(() => socket.close(4001, 'enough'), 100);
        });
      },
    );
    client = new FallbackClient(gateway.port);
  });

  const heard: string[] = [];

  after(async () => {
    client.close();
    await gateway.close();
    for (const socket of upstream.clients) socket.terminate();
    upstream.close();
  });

  it('delivers all that the backend had sent before its answer to the Close', async () => {
    const token = await client.create('/feed');
    let ack = 0;
    let received = 0;
    let closed = '';
    await client.post('xhr-polling', token, 'D1,0␞', '/feed');
    // By now the backend is not read. The client closes, and reads on.
    await client.post('send', token, '#1␞C4000,bye␞', '/feed');
    for (let n = 2; closed === ''; n++) {
      const { body } = await client.post('xhr-polling', token, `D${n},${ack}␞`, '/feed');
      const frames = body.split('␞').slice(0, -1);
      const first = Number(frames.find((frame) => frame.startsWith('#'))?.slice(1));
      const numbered = frames.filter((frame) => /^[TtCX]/.test(frame));
      ack = first + numbered.length - 1;
      received += numbered.reduce((sum, frame) => sum + frame.length - 1, 0);
      closed = numbered.find((frame) => /^[CX]/.test(frame)) ?? '';
    }
    assert.equal(closed, 'C4000,bye');
    assert.ok(received >= MUCH, `${received} bytes`);
  });

  it('ends at once for a native client whose messages are not read any more', async () => {
    const native = new WebSocket(`ws://127.0.0.1:${gateway.port}/deaf`);
    await once(native, 'open');
    for (let sent = 0; sent < MUCH; sent += PIECE.length) native.send(PIECE);
    const [code, reason] = (await once(native, 'close')) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [4001, 'enough']);
    assert.deepEqual(heard, ['4001 enough']);
  });
});
