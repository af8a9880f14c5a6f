import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { WebSocketServer } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type HandlerRequest } from '../../gateway/index.ts';
import { PAGE, SocketReader, SockJsRequests } from '../support/clients/sockjs.ts';
import { sockJs } from '../support/clients/sockjs-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { rawClient } from '../unit/http/raw-client.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

describe('SockJS below routes', () => {
  let upstream: Server;
  let sockets: WebSocketServer;
  let seen: IncomingMessage[];
  let gateway: Started;

  before(async () => {
    upstream = createServer();
    sockets = new WebSocketServer({ server: upstream });
    sockets.on('connection', (socket, request) => {
      seen.push(request);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    gateway = await startGateway({
      routes: [`/whole=ws://127.0.0.1:${port}`, `/app=ws://127.0.0.1:${port}/other`, '/app/echo=echo:'],
      origin: PAGE,
    });
  });

  beforeEach(() => {
    seen = [];
  });

  after(async () => {
    await gateway.close();
    sockets.close();
    upstream.close();
  });

  const at = (path: string, { port }: { port: number } = gateway): SockJsRequests =>
    new SockJsRequests(`http://127.0.0.1:${port}${path}`);

  const opened = async (requests: SockJsRequests, query = '', headers = {}): Promise<void> => {
    assert.equal((await requests.post(`${requests.session()}/xhr${query}`, '', headers)).body, 'o\n');
    requests.close();
  };

  it('ask the backend for the URL that the page gave, as a WebSocket there would', async () => {
    await opened(at('/whole'));
    await opened(at('/whole/room'), '?token=a%26b&t=1700000000000');
    await opened(at('/app'));
    await opened(at('/app/room'), '?x');
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/whole', '/whole/room?token=a%26b', '/other', '/other/room?x'],
    );
  });

  it('ask it for the same by a WebSocket of frames, and by a plain one', async () => {
    for (const path of ['/whole/000/abc/websocket?t=1', '/whole/room/websocket?x=1', '/app/websocket']) {
      const reader = new SocketReader(`http://127.0.0.1:${gateway.port}${path}`);
      await once(reader.socket, 'open');
      reader.socket.close();
      await reader.closed();
    }
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/whole?t=1', '/whole/room?x=1', '/other'],
    );
  });

  it('carry binary as it is on the plain one', async () => {
    const reader = new SocketReader(`http://127.0.0.1:${gateway.port}/whole/websocket`);
    await once(reader.socket, 'open');
    reader.socket.send(Buffer.from([0, 255]));
    const [data, isBinary] = await once(reader.socket, 'message');
    assert.ok(isBinary);
    assert.deepEqual(data, Buffer.from([0, 255]));
    reader.socket.close();
  });

  it('tell it of the page what a handshake would: origin, cookies, credentials', async () => {
    const headers = { cookie: 'a=b', authorization: 'Basic x', 'user-agent': 'test' };
    await opened(at('/whole'), '', { ...headers, origin: PAGE });
    await opened(at('/whole'), '', { ...headers, referer: `${PAGE}/page?secret` });
    await opened(at('/whole'));
    const received = seen.map(({ headers: { origin, cookie, authorization, ...rest } }) => [
      ...[origin, cookie, authorization, rest['user-agent']],
    ]);
    assert.deepEqual(received, [
      [PAGE, 'a=b', 'Basic x', 'test'],
      [PAGE, 'a=b', 'Basic x', 'test'],
      [undefined, undefined, undefined, undefined],
    ]);
  });

  it('bring no cookies of pages that were let in by * alone', async () => {
    const requests: HandlerRequest[] = [];
    const open = await startGateway({ routes: [], origin: '*' }, (made) =>
      made.route('/all', (_socket, request) => requests.push(request)),
    );
    await opened(at('/all', open), '', { origin: PAGE, cookie: 'a=b' });
    assert.equal(requests[0]?.headers.cookie, undefined);
    assert.equal(requests[0]?.headers.origin, PAGE);
    await open.close();
  });

  it('bring no cookies with a request of a browser that says nothing of the page: any page has forms', async () => {
    const browser = {
      'user-agent': 'Mozilla/5.0 (Windows NT 5.1; rv:52.0)',
      cookie: 'a=b',
      authorization: 'Basic x',
    };
    const vouched = [{}, { 'sec-fetch-site': 'same-origin' }, { origin: PAGE }, { 'user-agent': 'program' }];
    for (const more of vouched) await opened(at('/whole'), '', { ...browser, ...more });
    assert.deepEqual(
      seen.map(({ headers: { cookie, authorization } }) => [cookie, authorization]),
      [[undefined, undefined], ...Array.from({ length: 3 }, () => ['a=b', 'Basic x'])],
    );
  });

  it('say in the log where cookies were withheld: their users are strangers to the backend', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', format: 'text', write: (line) => lines.push(line) });
    const options = { listen: '127.0.0.1:0', demo: false, routes: ['/echo=echo:'] };
    const logged = createGateway(options, { log });
    const requests = at('/echo', await logged.listen());
    const browser = { 'user-agent': 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)' };
    for (const headers of [
      browser,
      { ...browser, cookie: 'a=b', referer: `${requests.base}/page` },
      { ...browser, cookie: 'a=b' },
    ])
      await requests.post(`${requests.session()}/xhr`, '', headers);
    const said = lines.filter((line) => line.includes('cookies withheld'));
    assert.equal(said.length, 1, lines.join(''));
    assert.match(said[0] ?? '', /route=\/echo/);
    requests.close();
    await logged.close(0);
  });

  it('tell the backend 1002 of a client whose frames are broken', async () => {
    const closed = once(sockets, 'connection').then(async ([socket]) => (await once(socket, 'close'))[0]);
    const reader = new SocketReader(`http://127.0.0.1:${gateway.port}/whole/000/abc/websocket`);
    assert.equal(await reader.next(), 'o');
    reader.socket.send('["a');
    assert.equal(await closed, 1002);
  });

  it('forget a client that left before the backend had accepted', async () => {
    let accept: (yes: boolean) => void = () => {};
    const requested = new Promise<void>((resolve) => {
      sockets.options.verifyClient = (_info, done) => {
        accept = done;
        resolve();
      };
    });
    const { port } = gateway;
    const leaving = rawClient(port, 'POST /whole/000/left/xhr_streaming HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await requested;
    sockets.options.verifyClient = undefined;
    leaving.socket.destroy();
    // It has heard of that when another connection, made later, is served.
    const other = at('/app/echo');
    await opened(other);
    const closed = once(sockets, 'connection').then(async ([socket]) => (await once(socket, 'close'))[0]);
    accept(true);
    assert.equal(await closed, 1001);
  });

  it('are those of the longest route', async () => {
    const requests = at('/app/echo');
    assert.equal((await requests.get('')).body, 'Welcome to SockJS!\n');
    assert.equal((await requests.post('/000/a/xhr')).body, 'o\n');
    assert.equal((await requests.post('/000/a/xhr_send', '["a"]')).status, 204);
    assert.equal((await requests.post('/000/a/xhr')).body, 'a["a"]\n');
    assert.deepEqual(seen, []);
    requests.close();
  });

  it('leave the pages of the gateway where they are, if the route is that of every path', async () => {
    const root = await startGateway({ routes: ['/=echo:'] });
    const requests = at('', root);
    assert.equal((await requests.get('/healthz')).body, 'ok\n');
    assert.equal((await requests.get('/nothing')).status, 404);
    assert.equal((await requests.get('/info')).status, 200);
    assert.equal((await requests.post('/000/a/xhr')).body, 'o\n');
    const key = { 'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==' };
    assert.equal((await requests.get('/', key)).status, 426);
    const socket = sockJs(`http://127.0.0.1:${root.port}/chat`, 'xhr-polling');
    const echoed = new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(data);
    });
    socket.onopen = () => socket.send('hello');
    assert.equal(await echoed, 'hello');
    socket.close();
    requests.close();
    await root.close();
  });

  it('keep a connection, whichever server answers', async () => {
    const requests = at('/app/echo');
    const poll = await requests.post('/000/fast/xhr');
    assert.notEqual(poll.headers.connection, 'close');
    assert.notEqual((await requests.get('')).headers.connection, 'close');
    requests.close();
  });

  it('are there on an Express application’s server, beside its own pages', async () => {
    const app = express();
    const attached = createGateway({ routes: ['/echo=echo:'], demo: false, logLevel: 'silent' });
    app.use(attached.middleware());
    app.get('/own', (_request, response) => void response.send('own'));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    attached.attach(server);
    const requests = at('', server.address() as AddressInfo);
    assert.equal((await requests.get('/own')).body, 'own');
    assert.equal((await requests.get('/echo')).body, 'Welcome to SockJS!\n');
    const stream = await requests.open('POST', '/echo/000/a/xhr_streaming');
    await stream.expect(`${'h'.repeat(2048)}\no\n`);
    assert.equal((await requests.post('/echo/000/a/xhr_send', '["a"]')).status, 204);
    await stream.expect('a["a"]\n');
    const reader = new SocketReader(`${requests.base}/echo/000/a/websocket`);
    assert.equal(await reader.next(), 'o');
    reader.socket.close();
    stream.close();
    requests.close();
    await attached.close(0);
    server.close();
  });
});
