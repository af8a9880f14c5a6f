import assert from 'node:assert/strict';
import type { HttpServer } from '../../gateway/http/server.ts';
import { ask, rawClient, statusOf } from '../unit/http/raw-client.ts';
import { startServer } from '../unit/http/test-server.ts';

/**
 * Checks on the bytes of a connection: Node's parser and the gateway's own rules together.
 */
describe('ambiguous and malformed requests', () => {
  let server: HttpServer;
  let port: number;
  let reached: string[];

  beforeEach(async () => {
    reached = [];
    ({ server, port } = await startServer({
      onRequest: (exchange) => {
        reached.push(`${exchange.method} ${exchange.path}`);
        exchange.readBody(1024, (body) => exchange.reply(200, {}, body instanceof Error ? 'too long' : body));
        return true;
      },
      onUpgrade: (upgrade) => {
        reached.push(`upgrade ${upgrade.path}`);
        upgrade.reply(426, {}, 'reached\n');
        return true;
      },
    }));
  });

  afterEach(() => server.close(0));

  const host = 'Host: gw\r\n';
  const handshake = `${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`;
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

  const refused: Readonly<Record<string, string>> = {
    'Content-Length beside Transfer-Encoding': `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n${host}\r\n`,
    'Transfer-Encoding beside Content-Length': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    'two Content-Lengths': `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    'two equal Content-Lengths': `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    'a Content-Length that is no number': `POST / HTTP/1.1\r\n${host}Content-Length: 0x5\r\n\r\nabcde`,
    'a negative Content-Length': `POST / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
    'a Transfer-Encoding that does not end in chunked': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n\r\n`,
    'a chunk size that is no number': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    'a space before the colon': `POST / HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\nabcde`,
    'a folded header field': `GET / HTTP/1.1\r\n${host}X-A: b\r\n c\r\n\r\n`,
    'NUL in a header value': `GET / HTTP/1.1\r\n${host}X-A: a\u0000b\r\n\r\n`,
    'a bare CR in a header value': `GET / HTTP/1.1\r\n${host}X-A: a\rX-B: c\r\n\r\n`,
    'NUL in the target': `GET /a\u0000b HTTP/1.1\r\n${host}\r\n`,
    'an absolute target of another scheme': `GET ftp://other/ HTTP/1.1\r\n${host}\r\n`,
    'an absolute target with a user': `GET http://gw@other/ HTTP/1.1\r\n${host}\r\n`,
    'an absolute target without a host': `GET http:///path HTTP/1.1\r\n${host}\r\n`,
    'an absolute target, and no Host': 'GET http://gw/ HTTP/1.1\r\n\r\n',
    'an absolute target, and two Hosts': `GET http://gw/ HTTP/1.1\r\n${host}${host}\r\n`,
    'no Host': 'GET / HTTP/1.1\r\n\r\n',
    'two Hosts': `GET / HTTP/1.1\r\n${host}host: other\r\n\r\n`,
    'two Hosts on an Upgrade': `GET / HTTP/1.1\r\n${handshake}${key}HOST: other\r\n\r\n`,
    'two Upgrades': `GET / HTTP/1.1\r\n${handshake}${key}Upgrade: h2c\r\n\r\n`,
    'two keys': `GET / HTTP/1.1\r\n${handshake}${key}${key}\r\n`,
    'two Origins on an Upgrade': `GET / HTTP/1.1\r\n${handshake}${key}Origin: http://a\r\nOrigin: http://b\r\n\r\n`,
    'an Upgrade with a body': `GET / HTTP/1.1\r\n${handshake}${key}Content-Length: 3\r\n\r\nabc`,
    'an Upgrade with chunks': `GET / HTTP/1.1\r\n${handshake}${key}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'no HTTP at all': '\u0016\u0003\u0001\u0002\u0000 hello\r\n\r\n',
  };

  for (const [name, bytes] of Object.entries(refused)) {
    it(`are refused: ${name}`, async () => {
      const answer = await ask(port, bytes);
      assert.equal(statusOf(answer), 400, answer);
      assert.equal(answer.match(/^HTTP\/1\.1 /gm)?.length, 1, 'one answer, and the connection ends');
      assert.match(answer, /\r\n\r\n[^\r\n]*\n?$/);
      assert.ok(!reached.some((request) => request.includes('smuggled') || request.includes('upgrade')));
      assert.equal(
        statusOf(await ask(port, `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)),
        200,
        'still up',
      );
    });
  }

  it('are refused: a coding below the chunks, which the gateway does not decode', async () => {
    const answer = await ask(
      port,
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 501);
    assert.match(answer, /\r\nconnection: close\r\n/);
    assert.deepEqual(reached, []);
  });

  it('are refused: a header of more than 16 KiB', async () => {
    const answer = await ask(port, `GET / HTTP/1.1\r\n${host}X-A: ${'a'.repeat(20_000)}\r\n\r\n`);
    assert.equal(statusOf(answer), 431);
  });

  for (const [what, bytes] of [
    ['a header', `GET / HTTP/1.1\r\n${host}X-A`],
    ['a body', `POST / HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\nabc`],
  ] as const) {
    it(`time out: ${what} that is not completed`, async () => {
      const running = await startServer({
        settings: { headerTimeout: 200, requestTimeout: 400 },
        onRequest: (exchange) => {
          exchange.readBody(1024, () => assert.fail('it never came'));
          return true;
        },
      });
      const answer = await ask(running.port, bytes);
      assert.equal(statusOf(answer), 408);
      assert.match(answer, /\r\n\r\nthe request took too long\n$/);
      await running.close();
    });
  }

  it('get no second answer inside one that was begun', async () => {
    const running = await startServer({
      onRequest: (exchange) => {
        exchange.stream(200, {}).write('held');
        return true;
      },
    });
    const client = rawClient(running.port, `GET / HTTP/1.1\r\n${host}\r\n`);
    await client.read((text) => text.includes('held'));
    client.socket.write('\u0000\u0000rubbish\r\n\r\n');
    assert.doesNotMatch(await client.read(), /400/);
    await running.close();
  });

  it('do not include an ordinary Upgrade', async () => {
    assert.equal(statusOf(await ask(port, `GET /ws HTTP/1.1\r\n${handshake}${key}\r\n`)), 426);
    assert.deepEqual(reached, ['upgrade /ws']);
  });
});
