import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { createGateway, type Log } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { PollingSocket } from '../support/clients/polling-socket.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { ask, rawClient } from '../unit/http/raw-client.ts';

const PAGE = '<!doctype html><html><head><title>x</title><script src="a.js"></script></head></html>';

/** A page, a WebSocket at every path that says its address and echoes, and a raw protocol. */
async function startApp(): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(request.url === '/' ? PAGE : `plain ${request.url}`);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade === 'echo/1') {
      socket.write('HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\nX-Own: 1\r\n\r\nhello ');
      socket.pipe(socket);
      return;
    }
    if (request.headers.upgrade !== 'websocket') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.send(`${request.url} ${request.headers.origin} ${request.headers.cookie}`);
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the WebSockets of an application', () => {
  let app: Awaited<ReturnType<typeof startApp>>;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    app = await startApp();
    const url = `http://127.0.0.1:${app.port}`;
    gateway = await startGateway({ app: url, routes: ['/own=echo:'] });
  });
  after(async () => {
    await gateway.close();
    await app.close();
  });

  const open = (path: string, headers: Record<string, string> = {}): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, { headers });

  for (const path of [
    '/',
    '/ws/chat/x/',
    '/deep/er?q=1',
    '/echo/websocket',
    '/socket.io/?EIO=4&transport=websocket',
  ]) {
    it(`are native at ${path}, under any name`, async () => {
      const headers = { host: 'shop.example', origin: 'http://shop.example', cookie: 'a=b' };
      const socket = open(path, headers);
      const [first] = await once(socket, 'message');
      assert.equal(String(first), `${path} http://shop.example a=b`);
      socket.send('there and back');
      assert.equal(String((await once(socket, 'message'))[0]), 'there and back');
      socket.terminate();
    });

    it(`come by a fallback at ${path}`, async () => {
      const client = new FallbackClient(gateway.port);
      const socket = await PollingSocket.open(client, path);
      const [first] = await once(socket, 'message');
      assert.match(String(first), new RegExp(`^${path.replaceAll(/[?/.]/g, '\\$&')} http://127`));
      await socket.send('there and back');
      assert.equal((await once(socket, 'message'))[0], 'there and back');
      await socket.close();
      client.close();
    });
  }

  it('are refused to pages of another origin than the Host by which they came', async () => {
    for (const origin of ['http://evil.example', 'https://shop.example', 'http://shop.example:81', 'null']) {
      const socket = open('/', { host: 'shop.example', origin });
      const [, response] = await once(socket, 'unexpected-response');
      assert.equal(response.statusCode, 403, origin);
      socket.on('error', () => {}).terminate();
    }
  });

  it('leave routes beside them their own rules', async () => {
    const socket = open('/own', { host: 'shop.example' });
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, 421);
    socket.on('error', () => {}).terminate();
    const own = open('/own');
    await once(own, 'open');
    own.send('echo');
    assert.equal(String((await once(own, 'message'))[0]), 'echo');
    own.terminate();
  });

  it('are refused with a line that names the application, and no option of a route', async () => {
    const lines: Record<string, unknown>[] = [];
    const write = (msg: string, fields = {}): void => void lines.push({ ...fields, msg });
    const log: Log = { error: write, warn: write, info: write, debug: () => {}, with: () => log };
    const gone = createGateway({ listen: '127.0.0.1:0', app: 'http://127.0.0.1:1' }, { log });
    const { port } = await gone.listen();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await once(socket, 'unexpected-response');
    socket.on('error', () => {}).terminate();
    const line = lines.find(({ msg }) => msg === 'backend refused');
    assert.equal(line?.backend, 'application at ws://127.0.0.1:1');
    assert.equal(line?.reason, 'nothing listens there');
    assert.doesNotMatch(JSON.stringify(lines), /--route|routes:/);
    await gone.close(0);
  });

  it('are reached by pages that got the tag, with the inner address mapped', async () => {
    const text = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n');
    const tag = `<script src="/shim/websocket.min.js" data-map="ws://127.0.0.1:${app.port}/ -> /"></script>`;
    assert.ok(text.endsWith(PAGE.replace('<script', `${tag}<script`)), text);
  });
});

describe('an Upgrade to another protocol', () => {
  let app: Awaited<ReturnType<typeof startApp>>;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    app = await startApp();
    gateway = await startGateway({ app: `http://127.0.0.1:${app.port}` });
  });
  after(async () => {
    await gateway.close();
    await app.close();
  });

  const upgrade = (to: string, fields = '', path = '/x'): string =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade${fields}\r\nUpgrade: ${to}\r\n`;

  it('passes, and both sides say what they like', async () => {
    const client = rawClient(gateway.port, `${upgrade('echo/1')}\r\nfirst `);
    await client.read((text) => text.endsWith('hello first '));
    assert.match(
      client.text(),
      /^HTTP\/1\.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: echo\/1\r\nX-Own: 1\r\n\r\n/,
    );
    assert.equal(gateway.gateway.connections, 1);
    client.socket.write('second');
    await client.read((text) => text.endsWith('second'));
    client.socket.end('last');
    assert.match(await client.read(), /secondlast$/);
    assert.equal(gateway.gateway.connections, 0);
  });

  it('ends in the application’s own answer where it does not agree', async () => {
    assert.match(await ask(gateway.port, `${upgrade('other')}\r\n`), /^HTTP\/1\.1 200 OK\r\n.*\r\nno\n$/s);
  });

  it('is a plain request for h2c, and where a body comes first', async () => {
    const h2c = await ask(
      gateway.port,
      `${upgrade('h2c', ', HTTP2-Settings')}HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
      (text) => text.endsWith('plain /x'),
    );
    assert.match(h2c, /^HTTP\/1\.1 200 /);
    const body = await ask(gateway.port, `${upgrade('echo/1')}Content-Length: 2\r\n\r\nhi`, (text) =>
      text.endsWith('plain /x'),
    );
    assert.match(body, /^HTTP\/1\.1 200 /);
  });

  it('is refused when the application is gone', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const alone = await startGateway({ app: `http://127.0.0.1:${port}` });
    assert.match(
      await ask(alone.port, `${upgrade('echo/1')}\r\n`),
      /^HTTP\/1\.1 502 .*nothing listens there\n$/s,
    );
    await alone.close();
  });
});
