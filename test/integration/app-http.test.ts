import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { startGateway } from '../support/servers/gateway.ts';
import { type RawApp, startRawApp } from '../support/servers/raw-app.ts';
import { until } from '../support/until.ts';
import { ask, rawClient } from '../unit/http/raw-client.ts';

type Answer = (socket: Socket, request: string) => void;

const plain = (fields: readonly string[], body = ''): string =>
  `HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join('')}Content-Length: ${body.length}\r\n\r\n${body}`;

/** The lines of a head, without the first. */
function fieldsOf(message: string): string[] {
  return (message.split('\r\n\r\n', 1)[0] as string).split('\r\n').slice(1);
}

describe('the plain HTTP of an application', () => {
  let app: RawApp;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let answer: Answer;

  before(async () => {
    app = await startRawApp((socket, request) => answer(socket, request));
    const url = `http://127.0.0.1:${app.port}`;
    gateway = await startGateway({ app: { url, inject: false }, routes: ['/own=echo:'] });
  });
  beforeEach(() => {
    app.requests.length = 0;
    answer = (socket) => socket.write(plain([], 'ok'));
  });
  after(async () => {
    await gateway.close();
    await app.close();
  });

  const request = (line: string, fields: readonly string[] = [], body = ''): string =>
    `${line} HTTP/1.1\r\n${['Host: shop.example', ...fields, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`;
  const get = (path = '/', fields: readonly string[] = []): Promise<string> =>
    ask(gateway.port, request(`GET ${path}`, fields));
  const last = (): string => app.requests.at(-1) ?? '';

  it('keeps method, path bytes and query', async () => {
    for (const line of [
      'GET /a//b/../c;x=1?q=%2f&&=?#'.slice(0, -1),
      'PROPFIND /%zz/%E4',
      'OPTIONS /_fallback/none',
      'DELETE /.',
      'REPORT /_fallback/v2/x?',
      'GET /a?',
    ]) {
      await ask(gateway.port, request(line));
      assert.equal(last().split('\r\n', 1)[0], `${line} HTTP/1.1`);
    }
  });

  it('gets what Internet Explorer does not escape as escapes, also in parts', async () => {
    const line = 'GET /\xe4/?q=\xc3\xbc%20\xff';
    await ask(gateway.port, request(line));
    assert.match(last(), /^GET \/%E4\/\?q=%C3%BC%20%FF HTTP\/1\.1\r\n/);
    app.requests.length = 0;
    const bytes = Buffer.from(request(line, ['X-A: \xe9']), 'latin1');
    for (const cut of [3, 7, 14, 20, 30, 60]) {
      const client = rawClient(gateway.port, bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(bytes.subarray(cut));
      await client.read();
    }
    assert.ok(app.requests.every((text) => /^GET \/%E4\/\?q=%C3%BC%20%FF .*X-A: \xe9\r\n/s.test(text)));
    assert.equal(app.requests.length, 6);
  });

  it('keeps the fields of a request, their names, order and repetitions', async () => {
    await get('/', [
      'X-b: 1',
      'x-A:  2',
      'X-B: 3',
      'Cookie: a=b',
      'COOKIE: c="\xe9"',
      'Empty:',
      'Referer: /x',
    ]);
    const fields = fieldsOf(last());
    const seen = fields.filter((field) => !/^(?:X-F|connection)/i.test(field));
    assert.deepEqual(seen, [
      'Host: shop.example',
      ...['X-b: 1', 'x-A: 2', 'X-B: 3', 'Cookie: a=b', 'COOKIE: c="\xe9"', 'Empty: ', 'Referer: /x'],
    ]);
  });

  it('says who the client is, and believes nothing that the client says of that', async () => {
    const forged = [
      'X-Forwarded-For: 6.6.6.6',
      'x_forwarded_proto: https',
      'X-Real-IP: 6.6.6.6',
      'Forwarded: for=6',
    ];
    await get('/', forged);
    const said = fieldsOf(last()).filter((field) => /forwarded|real/i.test(field));
    assert.deepEqual(said, [
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Host: shop.example',
      'X-Forwarded-Port: 80',
    ]);
  });

  it('takes away what is for one connection only, whatever Connection names', async () => {
    const hop = [
      'TE: trailers',
      'Keep-Alive: 5',
      'Proxy-Connection: x',
      'Upgrade: h2c',
      'X-Hop: 1',
      'Content-Length: 2',
    ];
    const head = `POST / HTTP/1.1\r\nHost: a\r\n${hop.join('\r\n')}\r\nConnection: x-hop, content-length, host\r\n\r\nhi`;
    await ask(gateway.port, head, (text) => text.endsWith('ok'));
    assert.match(last(), /hi$/);
    const names = fieldsOf(last()).map((field) => field.split(':', 1)[0]?.toLowerCase());
    for (const name of ['te', 'keep-alive', 'proxy-connection', 'upgrade', 'x-hop']) {
      assert.ok(!names.includes(name), name);
    }
    assert.ok(names.includes('host') && names.includes('content-length'));
  });

  it('keeps status, reason and fields of the answer', async () => {
    const fields = [
      'Set-Cookie: a=1',
      'X-a: \xe9',
      'set-cookie: b=2',
      'Date: never',
      'ETag: W/"x"',
      'Vary: *',
    ];
    answer = (socket) =>
      socket.write(
        `HTTP/1.1 299 Very Odd\r\n${fields.join('\r\n')}\r\nContent-Length: 2\r\n\r\nok`,
        'latin1',
      );
    const text = await get();
    assert.match(text, /^HTTP\/1\.1 299 Very Odd\r\n/);
    assert.deepEqual(fieldsOf(text).slice(0, 7), [...fields, 'Content-Length: 2']);
    assert.match(text, /\r\n\r\nok$/);
  });

  it('adds no Date, no type and no length of its own', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    const text = await ask(gateway.port, request('GET /'));
    assert.deepEqual(fieldsOf(text), ['Connection: close', 'Transfer-Encoding: chunked']);
    assert.match(text, /all of it\r\n0\r\n\r\n$/);
  });

  it('passes chunks, trailers and interim answers on', async () => {
    answer = (socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write('3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n');
    };
    const text = await get();
    assert.match(
      text,
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK/i,
    );
    assert.match(text, /\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n$/);
    const chunks = '3\r\nabc\r\n0\r\nX-Up: 1\r\n\r\n';
    answer = (socket) => socket.write(plain([], 'ok'));
    await ask(gateway.port, request('POST /', ['Trailer: X-Up', 'Transfer-Encoding: chunked'], chunks));
    assert.ok(last().endsWith(`\r\n\r\n${chunks}`), last());
  });

  it('answers HEAD, 204 and 304 without a body and with the application’s length', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n');
    assert.match(await ask(gateway.port, request('HEAD /')), /\r\nContent-Length: 12345\r\n.*\r\n\r\n$/s);
    for (const status of ['204 No Content', '304 Not Modified']) {
      answer = (socket) => socket.write(`HTTP/1.1 ${status}\r\nETag: "x"\r\n\r\n`);
      assert.match(await get(), new RegExp(`^HTTP/1.1 ${status}\r\nETag: "x"\r\nConnection: close\r\n\r\n$`));
    }
  });

  it('gives a client of HTTP/1.0 what it can read', async () => {
    answer = (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
    const text = await ask(gateway.port, 'GET / HTTP/1.0\r\n\r\n');
    assert.match(text, /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n\r\nabc$/);
    assert.ok(last().includes(`Host: 127.0.0.1:${app.port}\r\n`));
  });

  it('sends no chunks where the client sent no body', async () => {
    await ask(gateway.port, request('POST /'));
    assert.match(last(), /\r\nContent-Length: 0\r\n/);
    await get();
    assert.doesNotMatch(last(), /content-length|transfer-encoding/i);
  });

  it('lets the application say whether a body is to come', async () => {
    const client = rawClient(gateway.port, request('PUT /', ['Expect: 100-continue', 'Content-Length: 4']));
    await until('the head', () => app.connections() > 0);
    answer = (socket) => socket.write(plain([], 'done'));
    // The raw application answers once the body is there, so the client gives up waiting for a 100.
    client.socket.write('body');
    assert.match(await client.read(), /done$/);
    assert.match(last(), /\r\nExpect: 100-continue\r\n.*body$/s);
  });

  it('maps addresses of the inner host back, and no others', async () => {
    const own = `http://127.0.0.1:${app.port}`;
    for (const [field, seen] of [
      [`Location: ${own}/login?to=${own}`, `Location: http://shop.example/login?to=${own}`],
      [`Location: //127.0.0.1:${app.port}`, 'Location: //shop.example'],
      [`Refresh: 0; url=${own}/x`, 'Refresh: 0; url=http://shop.example/x'],
      [`Content-Location: ${own}/`, 'Content-Location: http://shop.example/'],
      [`Location: ${own}0/`, `Location: ${own}0/`],
      ['Location: http://other.example/', 'Location: http://other.example/'],
      ['Location: /relative', 'Location: /relative'],
      [`X-Location: ${own}/`, `X-Location: ${own}/`],
    ] as const) {
      answer = (socket) => socket.write(plain([field]));
      assert.ok(fieldsOf(await get()).includes(seen), field);
    }
  });

  it('streams an answer without waiting for its end, and server-sent events line by line', async () => {
    let events: Socket | undefined;
    answer = (socket) => {
      events = socket;
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    };
    const client = rawClient(gateway.port, request('GET /events'));
    await client.read((text) => text.includes('\r\n\r\n'));
    for (const line of ['data: 1\n\n', 'data: 2\n\n']) {
      events?.write(line);
      await client.read((text) => text.includes(line));
    }
    client.socket.destroy();
    await until(
      'the application learns it',
      () => events?.destroyed === true || events?.readableEnded === true,
    );
  });

  it('answers requests that come one behind the other, each in its turn', async () => {
    answer = (socket, text) => socket.write(plain([], text.split(' ', 2)[1]));
    const next = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const text = await ask(gateway.port, next('/1') + next('/2') + next('/healthz') + next('/3'), (seen) =>
      seen.endsWith('/3'),
    );
    const bodies = [...text.matchAll(/\r\n\r\n(\/\d|ok\n)/g)].map(([, body]) => body);
    assert.deepEqual(bodies, ['/1', '/2', 'ok\n', '/3']);
  });

  it('does not get what belongs to the gateway', async () => {
    assert.match(await get('/healthz'), /ok\n$/);
    assert.match(await get('/shim/bridge.html'), /^HTTP\/1\.1 (?:200|404)/);
    assert.match(await get('/own'), /^HTTP\/1\.1 421/);
    assert.match(
      await ask(gateway.port, 'GET /own HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      /Welcome to SockJS/,
    );
    assert.equal(app.requests.length, 0);
    await get('/shimmer');
    await get('/info');
    assert.equal(app.requests.length, 2);
  });
});

describe('an application that has the gateway’s own paths', () => {
  it('keeps them with app.prefix', async () => {
    const app = await startRawApp((socket) => socket.write(plain([], 'the application')));
    const url = `http://127.0.0.1:${app.port}`;
    const gateway = await startGateway({ app: { url, prefix: '/-gw', host: 'inner.example' } });
    const get = (path: string, host = 'localhost'): Promise<string> =>
      ask(gateway.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(await get('/healthz'), /the application$/);
    assert.match(await get('/shim/a.js'), /the application$/);
    assert.match(app.requests[0] ?? '', /\r\nHost: inner\.example\r\n/);
    assert.match(await get('/-gw/healthz'), /ok\n$/);
    // The application cannot see that this name leads here by somebody else's doing.
    assert.match(await get('/', 'rebound.example'), /^HTTP\/1\.1 421 /);
    assert.equal(app.requests.length, 2);
    await gateway.close();
    await app.close();
  });
});
