import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket as WsSocket } from 'ws';
import WebSocket, {
  serveFallbacks,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../../gateway/ws/index.ts';
import { closeFallbackClients, openFallback, openNative, refused } from '../support/clients/either-client.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { until } from '../support/until.ts';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

describe('a WebSocketServer of fallback-gateway/ws', () => {
  let wss: WebSocketServer;
  let server: Server | undefined;

  const listen = async (options: WebSocketServerOptions = {}): Promise<number> => {
    wss = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
    await once(wss, 'listening');
    return portOf(wss);
  };

  /** A server of the program's own, with `wss` beside it. */
  const listenWith = async (httpServer: Server): Promise<number> => {
    server = httpServer.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return portOf(server);
  };

  afterEach(async () => {
    closeFallbackClients();
    for (const socket of wss.clients) socket.terminate();
    wss.close();
    server?.close();
    server?.closeAllConnections();
    server = undefined;
  });

  for (const [kind, open] of [
    ['a native client', openNative],
    ['a client on a fallback', openFallback],
  ] as const) {
    describe(`with ${kind}`, () => {
      it('echoes', async () => {
        const port = await listen();
        wss.on('connection', (ws) => ws.on('message', (data, binary) => ws.send(data, { binary })));
        const client = await open(port, '/any/path?query');
        client.send('hello');
        assert.equal(await client.next(), 'hello');
      });

      it('has it in clients as a WebSocket, until it has left', async () => {
        const port = await listen();
        const [client, [ws]] = await Promise.all([open(port, '/'), once(wss, 'connection')]);
        assert.deepEqual([...wss.clients], [ws]);
        assert.ok(ws instanceof WebSocket && ws instanceof WsSocket);
        assert.equal(ws.readyState, WebSocket.OPEN);
        client.close();
        await once(ws, 'close');
        assert.equal(wss.clients.size, 0);
      });

      it('shows its request: path, headers, address', async () => {
        const port = await listen();
        const connected = once(wss, 'connection');
        await open(port, '/path?query=1');
        const [, request] = (await connected) as [WebSocket, IncomingMessage];
        assert.equal(request.url, '/path?query=1');
        assert.equal(request.method, 'GET');
        assert.equal(request.headers.host, `127.0.0.1:${port}`);
        assert.equal(request.headers.upgrade, 'websocket');
        assert.equal(request.socket.remoteAddress, '127.0.0.1');
      });

      it('refuses it where verifyClient answers false, with 401', async () => {
        const port = await listen({ verifyClient: ({ req }: { req: IncomingMessage }) => req.url === '/in' });
        await open(port, '/in');
        await refused(open(port, '/out'), 401);
      });

      it('refuses it with the status that an asynchronous verifyClient gives', async () => {
        const verifyClient = (_info: unknown, answer: (ok: boolean, code?: number) => void): void => {
          setImmediate(answer, false, 403);
        };
        await refused(open(await listen({ verifyClient }), '/'), 403);
      });

      it('selects its subprotocol by handleProtocols', async () => {
        const port = await listen({ handleProtocols: (protocols) => [...protocols][1] ?? false });
        const [, [ws]] = await Promise.all([open(port, '/', ['a', 'b']), once(wss, 'connection')]);
        assert.equal(ws.protocol, 'b');
      });

      it('leaves it to another server where the path is not its own', async () => {
        const port = await listen({ path: '/mine' });
        await open(port, '/mine');
        await refused(open(port, '/other'), 400);
      });

      it('tells it the code and reason of a close', async () => {
        const port = await listen();
        wss.on('connection', (ws) => ws.close(4001, 'enough'));
        assert.equal(await (await open(port, '/')).closed, '4001,enough');
      });

      it('hears its pong', async () => {
        const port = await listen();
        const [, [ws]] = await Promise.all([open(port, '/'), once(wss, 'connection')]);
        ws.ping('are you there');
        assert.equal(String((await once(ws, 'pong'))[0]), 'are you there');
      });

      it('closes it without a code when it is terminated', async () => {
        const port = await listen();
        const [client, [ws]] = await Promise.all([open(port, '/'), once(wss, 'connection')]);
        ws.terminate();
        await client.closed;
        assert.equal(wss.clients.size, 0);
      });

      it('serves it on the HTTP server of an application, whose pages stay', async () => {
        const httpServer = createHttpServer();
        wss = new WebSocketServer({ server: httpServer });
        wss.on('connection', (ws) => ws.send('hello'));
        // Many programs add their application after the WebSocket server.
        httpServer.on('request', (request, response) => response.end(`page ${request.url}`));
        const port = await listenWith(httpServer);
        assert.equal(await (await open(port, '/')).next(), 'hello');
        assert.equal(await (await fetch(`http://127.0.0.1:${port}/info`)).text(), 'page /info');
      });

      it('serves it where the program handles the upgrades of its server itself', async () => {
        const httpServer = createHttpServer();
        wss = new WebSocketServer({ noServer: true });
        wss.on('connection', (ws: WebSocket, _request: IncomingMessage, user: string) =>
          ws.send(`hello ${user}`),
        );
        httpServer.on('upgrade', (request, socket, head) => {
          if (request.url !== '/anna') {
            socket.write('HTTP/1.1 401 Unauthorized\r\n\r\n');
            socket.destroy();
            return;
          }
          wss.handleUpgrade(request, socket, head, (ws) => wss.emit('connection', ws, request, 'anna'));
        });
        const port = await listenWith(httpServer);
        await refused(open(port, '/bert'), 401);
        assert.equal(await (await open(port, '/anna')).next(), 'hello anna');
      });

      it('passes a message of 1 MiB and many small ones in order', async () => {
        const port = await listen();
        wss.on('connection', (ws) => {
          ws.send('x'.repeat(1 << 20));
          for (let i = 0; i < 500; i++) ws.send(String(i));
        });
        const client = await open(port, '/');
        const texts: string[] = [];
        while (texts.at(-1) !== '499') texts.push(await client.next());
        assert.equal(texts.join(' ').replace(/^x+ ?/, '').length, [...Array(500).keys()].join(' ').length);
      });
    });
  }

  it('serves the shim', async () => {
    const port = await listen();
    const answer = await fetch(`http://127.0.0.1:${port}/shim/websocket.min.js`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /WebSocketShim/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 426);
  });

  it('has no fallbacks with fallback: false', async () => {
    const port = await listen({ fallback: false });
    assert.equal(
      (await fetch(`http://127.0.0.1:${port}/_fallback/v1/create`, { method: 'POST' })).status,
      426,
    );
    await openNative(port, '/');
  });

  it('lets pages of other origins in that the options name', async () => {
    const port = await listen({ fallback: { origin: ['http://app.example'] } });
    const client = new FallbackClient(port);
    const create = (origin: string): Promise<unknown> =>
      client
        .ask('/_fallback/v1/create', {
          headers: { origin },
          body: new URLSearchParams({
            nonce: `nonce-${origin.length}-0123456789`,
            url: '/',
            origin,
          }).toString(),
        })
        .then(({ status }) => status);
    assert.equal(await create('http://app.example'), 200);
    assert.equal(await create('http://other.example.org'), 403);
    client.close();
  });

  it('says in the log how the program lets such a page in', async () => {
    const port = await listen();
    const client = new FallbackClient(port);
    const lines: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = (text: string) => lines.push(text) > 0;
    try {
      const origin = 'http://app.example';
      const body = createBody({ url: '/', origin });
      await client.ask('/_fallback/v1/create', { headers: { origin }, body });
      await until('the line', () => lines.length > 0);
    } finally {
      process.stderr.write = write;
      client.close();
    }
    assert.match(
      lines.join(''),
      /new WebSocketServer\(\{ fallback: \{ origin: \['http:\/\/app\.example'\] \} \}\)/,
    );
  });

  it('closes its fallback clients with 1001 after close, unless the program did', async () => {
    const port = await listen();
    const polls = requestsFor('xhr-polling', 2);
    const first = await openFallback(port, '/');
    const second = await openFallback(port, '/');
    await polls;
    const [, last] = [...wss.clients];
    const closed = once(wss, 'close');
    wss.close();
    last?.close(4000, 'bye');
    assert.match(await first.closed, /^1001/);
    assert.equal(await second.closed, '4000,bye');
    closeFallbackClients();
    await closed;
  });

  it('says which option is wrong, and which belongs to the HTTP server', () => {
    wss = new WebSocketServer({ noServer: true });
    const make = (fallback: object) => () => new WebSocketServer({ server: createHttpServer(), fallback });
    assert.throws(make({ heartbeat: 'soon' }), /heartbeat/);
    assert.throws(make({ listen: 1 }), /fallback\.listen: there is no such option/);
    assert.throws(() => new WebSocketServer({ noServer: true, fallback: {} }), /serveFallbacks/);
    const twice = createHttpServer();
    new WebSocketServer({ server: twice });
    assert.throws(() => serveFallbacks(twice, {}), /options already/);
  });
});

/** Resolves when Node's HTTP servers have got `count` requests for an action. */
function requestsFor(action: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      if ((message as { request: IncomingMessage }).request.url?.endsWith(action)) count--;
      if (count > 0) return;
      unsubscribe('http.server.request.start', listener);
      resolve();
    };
    subscribe('http.server.request.start', listener);
  });
}
