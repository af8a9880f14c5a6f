import assert from 'node:assert/strict';
import net, { type Socket } from 'node:net';
import type { Log, LogFields } from '../../gateway/base/log.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { type RawApp, startRawApp } from '../support/servers/raw-app.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';
import { ask, rawClient } from '../unit/http/raw-client.ts';

interface Line extends LogFields {
  readonly msg: string;
}

function memoryLog(lines: Line[]): Log {
  const write = (msg: string, fields: LogFields = {}): void => void lines.push({ ...fields, msg });
  const log: Log = { error: write, warn: write, info: write, debug: () => {}, with: () => log };
  return log;
}

const GET = 'GET /page?secret=1 HTTP/1.1\r\nHost: shop.example\r\n\r\n';
const whole = (text: string): boolean => text.endsWith('\n');

describe('an application that fails', () => {
  const lines: Line[] = [];
  const clock = new TestClock();
  let app: RawApp;
  let gateway: Gateway;
  let port: number;
  let answer: (socket: Socket, request: string) => void;

  before(async () => {
    app = await startRawApp((socket, request) => answer(socket, request));
    gateway = createGateway(
      { listen: '127.0.0.1:0', app: { url: `http://127.0.0.1:${app.port}`, timeout: '30s' }, grace: 0 },
      { log: memoryLog(lines), clock },
    );
    ({ port } = await gateway.listen());
  });
  beforeEach(() => {
    // The same refusal is one line a minute.
    clock.advance(120_000);
    lines.length = 0;
    app.requests.length = 0;
  });
  after(async () => {
    await gateway.close(0);
    await app.close();
  });

  async function refused(status: number, reason: string): Promise<void> {
    const text = await ask(port, GET, whole);
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.equal(text.split('\r\n\r\n')[1], `the application: ${reason}\n`);
    const line = lines.find(({ msg }) => msg === 'request refused');
    assert.equal(line?.reason, `the application: ${reason}`);
    assert.equal(line?.app, `http://127.0.0.1:${app.port}`);
    assert.equal(line?.path, '/page');
    assert.doesNotMatch(JSON.stringify(lines), /secret/);
    // The gateway goes on.
    assert.match(await ask(port, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n', whole), /ok\n$/);
  }

  it('by a reset before its answer is a 502', async () => {
    answer = (socket) => socket.resetAndDestroy();
    await refused(502, 'it closed the connection before its answer');
  });

  it('by an end before its answer is a 502', async () => {
    answer = (socket) => socket.end('HTTP/1.1 20');
    await refused(502, 'it closed the connection before its answer');
  });

  for (const [what, bytes] of [
    ['garbage', '\x00\x01\x02 garbage\r\n\r\n'],
    ['SMTP', '220 mail.example ESMTP\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a control character in a field', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n'],
  ] as const) {
    it(`by ${what} is a 502`, async () => {
      answer = (socket) => socket.end(bytes, 'latin1');
      await refused(502, 'it does not speak HTTP');
    });
  }

  it('by another transfer coding is a 502', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n');
    await refused(502, 'its answer has a transfer coding besides chunked');
  });

  it('by 64 KiB of header fields is a 502', async () => {
    answer = (socket) => socket.end(`HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1_000)}\r\n`.repeat(64)}\r\n`);
    await refused(502, 'its answer has more than 32768 bytes of header fields');
  });

  it('by an answer that does not begin is a 504', async () => {
    let waiting: Socket | undefined;
    answer = (socket) => {
      waiting = socket;
    };
    const refusal = refused(504, 'no answer within 30000 ms');
    await until('the request is there', () => app.requests.length > 0);
    clock.advance(29_999);
    assert.equal(lines.length, 0);
    clock.advance(1);
    await refusal;
    await until(
      'the application learns it',
      () => waiting?.readableEnded === true || waiting?.destroyed === true,
    );
  });

  it('in the middle of an answer ends the client’s connection, which cannot take a part for the whole', async () => {
    for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      clock.advance(120_000);
      lines.length = 0;
      answer = (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n5\r\nabcde\r\n`);
        setImmediate(() => socket.resetAndDestroy());
      };
      const text = await ask(port, GET);
      assert.match(text, /abcde/);
      assert.doesNotMatch(text, /\r\n0\r\n\r\n$/);
      const line = lines.find(({ msg }) => msg === 'answer cut off');
      assert.equal(line?.reason, 'the application broke its answer off');
    }
  });

  it('in the middle of the beginning of a page is a 502', async () => {
    answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<html><head>');
      setImmediate(() => socket.resetAndDestroy());
    };
    await refused(502, 'it closed the connection before its answer');
  });

  it('before the upload was read still says why', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large');
        socket.once('finish', () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: inner } = server.address() as net.AddressInfo;
    const small = createGateway(
      { listen: '127.0.0.1:0', app: `http://127.0.0.1:${inner}`, grace: 0 },
      { log: memoryLog(lines) },
    );
    const address = await small.listen();
    // In one of six rounds the reset came before the answer was read.
    for (const size of [10, ...new Array<number>(30).fill(3_000_000)]) {
      const client = rawClient(
        address.port,
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size + 5}\r\n\r\n${'x'.repeat(size)}`,
      );
      assert.match(await client.read((text) => text.endsWith('too large')), /^HTTP\/1\.1 413 Too Large/);
      client.socket.destroy();
    }
    await small.close(0);
    server.close();
  });

  it('by closing an idle connection in the moment of the next request fails no request that can be repeated', async () => {
    let served = 0;
    answer = (socket) => {
      served++;
      // The second request on a connection meets a reset.
      if ((socket as Socket & { used?: boolean }).used === true) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n');
      (socket as Socket & { used?: boolean }).used = true;
    };
    for (let round = 0; round < 6; round++) assert.match(await ask(port, GET, whole), /^HTTP\/1\.1 200 OK/);
    assert.ok(served > 6, 'no connection was used again');
  });

  it('learns that the client is gone', async () => {
    let gone = false;
    answer = (socket) => {
      socket.on('close', () => {
        gone = true;
      });
      socket.on('end', () => {
        gone = true;
      });
    };
    const client = rawClient(port, GET);
    await until('the request is there', () => app.requests.length > 0);
    client.socket.resetAndDestroy();
    await until('the application learns it', () => gone);
    assert.equal(lines.length, 0);
  });
});

describe('an application that is not there', () => {
  it('is a 502, and the log says what to do', async () => {
    const lines: Line[] = [];
    const app = await startRawApp(() => {});
    await app.close();
    const gateway = createGateway(
      { listen: '127.0.0.1:0', app: `http://127.0.0.1:${app.port}`, grace: 0 },
      { log: memoryLog(lines) },
    );
    const { port } = await gateway.listen();
    for (const request of [GET, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello']) {
      const text = await ask(port, request, whole);
      assert.match(text, /^HTTP\/1\.1 502 .*\r\n\r\nthe application: nothing listens there\n$/s);
    }
    const remedy = 'start the application, or give --app its address';
    assert.ok(lines.some((line) => line.remedy === remedy));
    await gateway.close(0);
  });

  it('is a 508 where the address leads back to the gateway', async () => {
    const lines: Line[] = [];
    const relay = net.createServer((socket) => {
      const onward = net.connect(port, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const inner = (relay.address() as net.AddressInfo).port;
    const gateway = createGateway(
      { listen: '127.0.0.1:0', app: `http://127.0.0.1:${inner}`, grace: 0 },
      { log: memoryLog(lines) },
    );
    const { port } = await gateway.listen();
    assert.match(await ask(port, GET, whole), /^HTTP\/1\.1 508 .*the application is this gateway itself\n$/s);
    await gateway.close(0);
    relay.close();
  });
});

describe('a request that could be read in two ways', () => {
  let app: RawApp;
  let gateway: Gateway;
  let port: number;

  before(async () => {
    app = await startRawApp((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'));
    gateway = createGateway({
      ...{ listen: '127.0.0.1:0', app: `http://127.0.0.1:${app.port}`, logLevel: 'silent', grace: 0 },
    });
    ({ port } = await gateway.listen());
  });
  after(async () => {
    await gateway.close(0);
    await app.close();
  });

  const chunked = 'Transfer-Encoding: chunked';
  const smuggled = '0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n';
  const bodies: readonly [string, readonly string[], string][] = [
    ['a length and chunks', ['Content-Length: 6', chunked], smuggled],
    ['chunks and a length', [chunked, 'Content-Length: 6'], smuggled],
    ['two lengths', ['Content-Length: 6', 'Content-Length: 5'], smuggled],
    ['two lengths in one field', ['Content-Length: 6, 5'], smuggled],
    ['a length with a sign', ['Content-Length: +6'], smuggled],
    ['two codings', [chunked, 'Transfer-Encoding: identity'], smuggled],
    ['a coding that is not the last', ['Transfer-Encoding: chunked, identity'], smuggled],
    ['a coding with a tab', ['Transfer-Encoding:\tchunked\x0b'], smuggled],
    [
      'a coding with a space before the colon',
      ['Transfer-Encoding : chunked', 'Content-Length: 6'],
      smuggled,
    ],
    ['a folded coding', ['Transfer-Encoding:\r\n chunked', 'Content-Length: 6'], smuggled],
    ['a bare line feed', [`X: a\n${chunked}`, 'Content-Length: 6'], smuggled],
    ['a bare carriage return', [`X: a\r${chunked}`, 'Content-Length: 6'], smuggled],
    ['a NUL', ['X: a\0b', 'Content-Length: 6'], smuggled],
    ['two hosts', ['Host: b', 'Content-Length: 0'], ''],
    ['a chunk size that overflows', [chunked], 'fffffffffffffffff1\r\nx\r\n0\r\n\r\n'],
    ['a chunk without its line end', [chunked], '1\r\nxx\r\n0\r\n\r\n'],
    ['a bare line feed behind a chunk size', [chunked], '1\nx\r\n0\r\n\r\n'],
  ];
  for (const [what, fields, body] of bodies) {
    it(`by ${what} does not reach the application, or with one meaning`, async () => {
      app.requests.length = 0;
      const head = `POST /x HTTP/1.1\r\n${['Host: a', ...fields].join('\r\n')}\r\n\r\n`;
      const text = await ask(port, head + body, (seen) => /^HTTP\/1\.1 \d/.test(seen) && whole(seen));
      for (const request of app.requests) {
        assert.match(request, /^POST \/x /);
        const [seen = ''] = request.split('\r\n\r\n', 1);
        const framing = seen.match(/^(?:content-length|transfer-encoding)\s*:.*$/gim) ?? [];
        assert.ok(framing.length <= 1, seen);
        assert.doesNotMatch(seen, /(?<!\r)\n|\r(?!\n)|\n[ \t]|\0/);
      }
      assert.match(text, app.requests.length === 0 ? /^HTTP\/1\.1 (?:400|501) / : /^HTTP\/1\.1 /);
    });
  }

  it('by a target with a host is sent as a path, with that host', async () => {
    app.requests.length = 0;
    await ask(port, 'GET http://one.example/a?b HTTP/1.1\r\nHost: two.example\r\n\r\n', whole);
    assert.match(app.requests[0] ?? '', /^GET \/a\?b HTTP\/1\.1\r\nHost: one\.example\r\n/);
    assert.doesNotMatch(app.requests[0] ?? '', /two\.example/);
  });

  for (const target of ['*', 'other.example:443', 'ftp://a/', 'http://u@a/', 'a/b']) {
    it(`by the target ${target} does not reach the application`, async () => {
      app.requests.length = 0;
      await ask(port, `OPTIONS ${target} HTTP/1.1\r\nHost: a\r\n\r\n`, whole);
      assert.equal(app.requests.length, 0);
    });
  }
});
