import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** What Java's HttpClient and `curl --http2` send with a first request (RFC 7540 §3.2). */
const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n';
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

function request(line: string, fields: string, body = ''): string {
  return `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Writes a request and resolves with what came back once `done` matches it. */
function exchange(socket: Duplex, text: string, done: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const finish = (act: () => void): void => {
      clearTimeout(late);
      socket.destroy();
      act();
    };
    const late = setTimeout(
      () => finish(() => reject(new Error(`no answer but ${JSON.stringify(received)}`))),
      15_000,
    );
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (done.test(received)) finish(() => resolve(received));
    });
    socket.on('error', reject);
    socket.write(text);
  });
}

const ask = (port: number, text: string, done: RegExp): Promise<string> =>
  exchange(connect(port, '127.0.0.1'), text, done);

describe('an Upgrade to something else than WebSocket', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    gateway = await startGateway({ routes: [{ path: '/echo', backend: 'echo:' }] });
  });

  after(() => gateway.close());

  it('is ignored for a page', async () => {
    assert.match(await ask(gateway.port, request('GET /healthz', H2C), /ok\n$/), /^HTTP\/1\.1 200 /);
  });

  it('is ignored for a request of the fallback, whose body is read', async () => {
    const text = request('POST /echo/_fallback/v1/send', H2C, 'token;#1\x1eThello\x1e');
    assert.match(await ask(gateway.port, text, /Eg/), /^HTTP\/1\.1 404 /);
  });

  it('is ignored at a WebSocket address, which answers as to anyone who does not ask for WebSocket', async () => {
    assert.match(await ask(gateway.port, request('GET /echo', H2C), /SockJS/), /^HTTP\/1\.1 200 /);
  });

  it('is ignored over TLS', async function () {
    const files: SelfSigned | undefined = selfSigned();
    if (files === undefined) return requireOrSkip(this, 'openssl');
    const secure = await startGateway({ tls: { cert: files.cert, key: files.key } });
    try {
      const socket = connectTls({
        host: '127.0.0.1',
        port: secure.port,
        ca: readFileSync(files.cert),
        servername: 'localhost',
      });
      assert.match(await exchange(socket, request('GET /healthz', H2C), /ok\n$/), /^HTTP\/1\.1 200 /);
    } finally {
      await secure.close();
      files.remove();
    }
  });

  it('is no WebSocket though it is named beside it', async () => {
    const both = WEBSOCKET.replace('Upgrade: websocket', 'Upgrade: h2c, websocket');
    assert.match(await ask(gateway.port, request('GET /echo', both), /\r\n\r\n/), /^HTTP\/1\.1 400 /);
  });
});

describe('a server that a gateway is attached to', () => {
  let server: http.Server;
  let gateway: Gateway;

  beforeEach((done) => {
    gateway = createGateway({
      routes: [{ path: '/echo', backend: 'echo:' }],
      demo: false,
      logLevel: 'silent',
    });
    server = http.createServer((message, response) => response.end(`page ${message.url}`));
    gateway.attach(server);
    server.listen(0, '127.0.0.1', done);
  });

  afterEach(async () => {
    await gateway.close(0);
    server.closeAllConnections();
    server.close();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  for (const [what, fields] of [
    ['h2c', H2C],
    ['WebSocket', WEBSOCKET],
  ] as const) {
    it(`answers an Upgrade to ${what} that nobody listens for as a plain request, as without it`, async () => {
      assert.match(await ask(port(), request('GET /page', fields), /page \/page/), /^HTTP\/1\.1 200 /);
    });
  }

  it('adds nothing to a connection that asks for h2c again and again', async () => {
    const counts: number[] = [];
    server.on('request', ({ socket }) => counts.push(socket.listenerCount('error')));
    const socket = connect(port(), '127.0.0.1');
    for (let requested = 0; requested < 5; requested++) {
      socket.write(request('GET /page', H2C));
      for (let answer = ''; !answer.endsWith('page /page'); ) answer += (await once(socket, 'data'))[0];
    }
    socket.destroy();
    assert.equal(new Set(counts).size, 1, `listeners: ${counts}`);
  });

  it('leaves an Upgrade of another path to whoever else listens', async () => {
    server.on('upgrade', ({ url, headers }, socket) => {
      if (url === '/page') socket.end(`HTTP/1.1 101 Other\r\n\r\n${headers.upgrade}`);
    });
    assert.match(await ask(port(), request('GET /page', H2C), /h2c$/), /^HTTP\/1\.1 101 Other/);
    assert.match(await ask(port(), request('GET /echo', WEBSOCKET), /\r\n\r\n/), /^HTTP\/1\.1 101 Switching/);
  });

  it('keeps its own requests from listeners that were added later', async () => {
    const seen: (string | undefined)[] = [];
    server.on('request', ({ url }) => seen.push(url));
    server.on('upgrade', ({ url }, socket) => {
      seen.push(url);
      socket.destroy();
    });
    const gone = request('POST /echo/_fallback/v1/send', '', 'token;');
    assert.match(await ask(port(), gone, /Eg/), /^HTTP\/1\.1 404 /);
    assert.match(await ask(port(), request('GET /echo', WEBSOCKET), /\r\n\r\n/), /^HTTP\/1\.1 101 Switching/);
    assert.match(await ask(port(), request('GET /page', ''), /page \/page/), /^HTTP\/1\.1 200 /);
    assert.deepEqual(seen, ['/page']);
  });

  it('serves a route to a client that asks for h2c', async () => {
    const text = request('POST /echo/_fallback/v1/send', H2C, 'token;');
    assert.match(await ask(port(), text, /Eg/), /^HTTP\/1\.1 404 /);
  });

  it('does so with https, too', async function () {
    const files = selfSigned();
    if (files === undefined) return requireOrSkip(this, 'openssl');
    const secure = https.createServer(
      { cert: readFileSync(files.cert), key: readFileSync(files.key) },
      (message, response) => response.end(`page ${message.url}`),
    );
    gateway.attach(secure);
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    try {
      const socket = connectTls({
        host: '127.0.0.1',
        port: (secure.address() as AddressInfo).port,
        ca: readFileSync(files.cert),
        servername: 'localhost',
      });
      assert.match(await exchange(socket, request('GET /page', H2C), /page \/page/), /^HTTP\/1\.1 200 /);
    } finally {
      secure.closeAllConnections();
      secure.close();
      files.remove();
    }
  });
});
