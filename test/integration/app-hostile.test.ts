import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startGateway } from '../support/servers/gateway.ts';
import { type RawApp, startRawApp } from '../support/servers/raw-app.ts';
import { ask, rawClient, statusOf } from '../unit/http/raw-client.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const whole = (text: string): boolean => /\r\n\r\n[\s\S]*(?:ok|\n)$/.test(text);

describe('an application, or a client of it, that does what HTTP does not allow', () => {
  let app: RawApp;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let answer: (socket: Socket, request: string) => void;

  before(async () => {
    app = await startRawApp((socket, request) => answer(socket, request));
    gateway = await startGateway({ app: { url: `http://127.0.0.1:${app.port}`, timeout: 'off' } });
  });
  beforeEach(() => {
    app.requests.length = 0;
  });
  after(async () => {
    await gateway.close();
    await app.close();
  });

  const get = (fields = ''): Promise<string> =>
    ask(gateway.port, `GET / HTTP/1.1\r\nHost: shop.example\r\n${fields}\r\n`, whole);

  async function refused(bytes: string | Buffer, reason: string): Promise<void> {
    answer = (socket) => socket.write(bytes as string, 'latin1');
    const text = await get();
    assert.equal(statusOf(text), 502, text);
    assert.match(text, /\r\nDate: /);
    assert.equal(text.split('\r\n\r\n')[1], `the application: ${reason}\n`);
    answer = (socket) => socket.write(OK);
    assert.match(await get(), /ok$/, 'the gateway goes on');
  }

  it('gets a 502 for a control character in the reason of its answer', () =>
    refused(
      'HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok',
      'its answer has a status or a field that cannot be passed on',
    ));

  it('gets a 502 for a status below 100', () =>
    refused(
      'HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok',
      'its answer has a status or a field that cannot be passed on',
    ));

  for (const fields of ['', 'Connection: Upgrade\r\nUpgrade: other\r\n']) {
    const which = fields === '' ? 'without' : 'with';
    it(`gets a 502 for a 101 without a request for it, ${which} the fields of an Upgrade`, () =>
      refused(
        `HTTP/1.1 101 Switching Protocols\r\n${fields}\r\nHTTP/1.1 200 OK\r\n\r\n`,
        'it changes to another protocol, and no request was for that',
      ));
  }

  it('gets a 502 that says so for a page that is not in the coding that it names', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n';
    return refused(
      `${head}Content-Length: 12\r\n\r\n<html><head>`,
      'its answer is not in the Content-Encoding that it names',
    );
  });

  it('has its gzip decoded up to what stands behind it', async () => {
    const page = gzipSync('<html><head></head><body>ok');
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n';
    answer = (socket) => {
      socket.write(`${head}Content-Length: ${page.length + 3}\r\n\r\n`);
      socket.write(Buffer.concat([page, Buffer.from('\0\0\0')]));
    };
    assert.match(await ask(gateway.port, 'GET / HTTP/1.0\r\n\r\n'), /<body>ok$/);
  });

  it('keeps thousands of fields, of requests and of answers', async () => {
    const fields = Array.from({ length: 1_200 }, (_, index) => `a${index}: 1\r\n`).join('');
    answer = (socket) => socket.write(OK.replace('\r\n\r\n', `\r\n${fields}X-Last: 1\r\n\r\n`));
    const text = await get(`${fields}X-Last: 1\r\n`);
    assert.match(app.requests[0] as string, /\r\nX-Last: 1\r\n/);
    assert.match(text, /\r\nX-Last: 1\r\n/);
  });

  it('does not fill the memory with interim answers that the client does not read', async () => {
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: </${'a'.repeat(10_000)}>; rel=preload\r\n\r\n`;
    const sent = Buffer.from(hint.repeat(3_000) + OK);
    const client = rawClient(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    client.socket.pause();
    answer = (socket) => socket.write(sent, () => client.socket.resume());
    const text = await client.read((all) => all.endsWith('ok'));
    client.socket.destroy();
    assert.ok(text.length < sent.length / 2, `${text.length} bytes of ${sent.length}`);
  });

  it('ends a connection on which an answer comes without a request', async () => {
    let idle: Socket | undefined;
    answer = (socket) => {
      idle = socket;
      socket.write(OK);
    };
    assert.match(await get(), /ok$/);
    const before = idle as unknown as Socket;
    // Of an answer that comes in parts the first would be dropped, and the rest be the next one.
    // Bytes all the time keep it from ending because it is idle.
    const more = setInterval(() => before.write('HTTP/1.1 200 OK\r\n'), 20);
    await once(before, 'end').finally(() => clearInterval(more));
    assert.match(await get(), /ok$/);
    assert.notEqual(idle, before);
  });
});
