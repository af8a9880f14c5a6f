import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

const COOKIES = ['id=7; Path=/; HttpOnly', 'sticky=a'];
const PAGE = 'http://page.test';

describe('cookies that a WebSocket server sets with its 101', () => {
  let upstream: WebSocketServer;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let open: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;

  before(async () => {
    upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    upstream.on('headers', (lines) => {
      lines.push(...COOKIES.map((cookie) => `Set-Cookie: ${cookie}`), 'Set-Cookie: umlaut=\xfc');
    });
    await once(upstream, 'listening');
    const backend = `ws://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const routes = [
      { path: '/app/ws', backend },
      { path: '/framed', backend, stomp: {} },
    ];
    gateway = await startGateway({ routes });
    open = await startGateway({ routes, origin: ['*'] });
    client = new FallbackClient(gateway.port);
  });

  after(async () => {
    client.close();
    await Promise.all([gateway.close(), open.close()]);
    for (const socket of upstream.clients) socket.terminate();
    upstream.close();
  });

  /** The cookies of a native handshake's answer. */
  async function native(port: number, path: string, origin: string): Promise<string[] | undefined> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { origin });
    const [answer] = (await once(socket, 'upgrade')) as [IncomingMessage];
    socket.terminate();
    return answer.headers['set-cookie'];
  }

  it('come with the answer to `create`, for the path of the handshake, and with a repeated one', async () => {
    const headers = { 'x-fallback': 'create' };
    const body = createBody({ url: '/app/ws', origin: client.origin });
    for (let count = 0; count < 2; count++) {
      const answer = await client.ask('/app/ws/_fallback/v1/create', { headers, body });
      assert.deepEqual(answer.headers['set-cookie'], [COOKIES[0], `${COOKIES[1]}; Path=/app`]);
    }
    assert.equal(gateway.gateway.sessions, 1);
  });

  it('come off the fast path, too', async () => {
    const body = createBody({ url: '/app/ws', origin: client.origin });
    const socket = connect(gateway.port, '127.0.0.1');
    const head = [
      'POST /app/ws/_fallback/v1/create HTTP/1.0',
      `Host: 127.0.0.1:${gateway.port}`,
      'X-Fallback: create',
    ];
    socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /\r\nset-cookie: id=7; Path=\/; HttpOnly\r\nset-cookie: sticky=a; Path=\/app\r\n/);
  });

  it('come to native clients, spliced or not', async () => {
    assert.deepEqual((await native(gateway.port, '/app/ws', client.origin))?.slice(0, 2), COOKIES);
    assert.deepEqual(await native(gateway.port, '/framed', client.origin), COOKIES);
  });

  it('do not come to a page that was let in by * alone: its user is a stranger, and they would take the place of the known one’s', async () => {
    const anybody = new FallbackClient(open.port);
    const headers = { origin: PAGE, cookie: 'id=6' };
    const body = createBody({ url: '/app/ws', origin: PAGE });
    const answer = await anybody.ask('/app/ws/_fallback/v1/create', { headers, body });
    anybody.close();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.equal(await native(open.port, '/app/ws', PAGE), undefined);
    assert.equal(await native(open.port, '/framed', PAGE), undefined);
  });
});
