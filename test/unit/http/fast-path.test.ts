import assert from 'node:assert/strict';
import type { Exchange, ResponseStream } from '../../../gateway/http/exchange.ts';
import { MAX_HEAD, parseLaneHead } from '../../../gateway/http/fast-head.ts';
import { rawClient, statusOf } from './raw-client.ts';
import { type Behind, startWalls, type Walls } from './walls.ts';

function parse(text: string) {
  return parseLaneHead(Buffer.from(text, 'latin1'), 0);
}

function head(lines: readonly string[]): string {
  return `${['POST /a?b HTTP/1.1', 'Host: gw', ...lines].join('\r\n')}\r\n\r\n`;
}

describe('the head of a request on the fast path', () => {
  it('is read as it was written, less the white space around values', () => {
    const text = head(['X-A: \t one two \t', 'content-length: 5', 'Cookie: a=b']);
    assert.deepEqual(parse(`${text}hello`), {
      head: {
        method: 'POST',
        target: '/a?b',
        rawHeaders: ['Host', 'gw', 'X-A', 'one two', 'content-length', '5', 'Cookie', 'a=b'],
        length: 5,
        closes: false,
      },
      end: text.length,
    });
  });

  it('is incomplete wherever it is cut, and foreign when its end does not come within its bound', () => {
    const text = head(['X-A: 1']);
    for (let cut = 0; cut < text.length; cut++) assert.equal(parse(text.slice(0, cut)), 'incomplete');
    assert.equal(parse(`GET / HTTP/1.1\r\nX: ${'x'.repeat(MAX_HEAD)}`), 'foreign');
    assert.equal(parse(head([`X: ${'x'.repeat(MAX_HEAD)}`])), 'foreign');
  });

  it('says whether the connection is to be closed', () => {
    const read = parse(head(['Connection: Close']));
    assert.ok(typeof read === 'object' && read.head.closes);
  });

  const foreign: Readonly<Record<string, string>> = {
    'HTTP/1.0': 'GET / HTTP/1.0\r\nHost: gw\r\n\r\n',
    'another method': 'PUT / HTTP/1.1\r\nHost: gw\r\n\r\n',
    'an absolute target': 'GET http://gw/ HTTP/1.1\r\nHost: gw\r\n\r\n',
    'a target with a space': 'GET /a b HTTP/1.1\r\nHost: gw\r\n\r\n',
    'no Host': 'GET / HTTP/1.1\r\nX: y\r\n\r\n',
    'two Hosts': head(['Host: gw']),
    'an Upgrade': head(['Connection: Upgrade', 'Upgrade: websocket']),
    'a chunked body': head(['Transfer-Encoding: chunked']),
    'two lengths': head(['Content-Length: 1', 'Content-Length: 1']),
    'a length and chunks': head(['Content-Length: 1', 'Transfer-Encoding: chunked']),
    'a length with a sign': head(['Content-Length: +1']),
    'a list of lengths': head(['Content-Length: 1, 1']),
    'a length beyond counting': head(['Content-Length: 99999999999999999999']),
    'an expectation': head(['Expect: 100-continue']),
    'a connection field that names others': head(['Connection: keep-alive, X-A']),
    'a folded line': head(['X-A: 1', ' 2']),
    'white space before the colon': head(['X-A : 1']),
    'a name that is no token': head(['X A: 1']),
    'a line without colon': head(['X-A']),
    'a bare LF': head(['X-A: 1\nContent-Length: 5']),
    'a bare CR': head(['X-A: 1\rContent-Length: 5']),
    'a NUL': head(['X-A: 1\0']),
    'an empty line first': `\r\n${head([])}`,
  };
  for (const [what, text] of Object.entries(foreign)) {
    it(`is left to Node's parser with ${what}`, () => assert.equal(parse(text), 'foreign'));
  }
});

describe('the fast path', () => {
  let walls: Walls;
  const seen: { target: string; body: string }[] = [];

  async function start(behind: Behind = {}): Promise<number> {
    seen.length = 0;
    walls = await startWalls({
      onRequest: (exchange) => {
        exchange.readBody(100, (body) => {
          seen.push({ target: exchange.path, body: String(body) });
          exchange.reply(200, {}, `got ${body}`);
        });
        return true;
      },
      ...behind,
      lane: true,
    });
    return walls.port;
  }

  afterEach(() => walls.close());

  const post = (path: string, body: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: gw\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const count = (text: string, what: string): number => text.split(what).length - 1;

  it('reads a request that comes byte by byte', async () => {
    const client = rawClient(await start(), '');
    client.socket.setNoDelay(true);
    for (const byte of post('/x', 'hello')) {
      client.socket.write(byte);
      await new Promise((resume) => setImmediate(resume));
    }
    await client.read((text) => text.includes('got hello'));
    client.socket.destroy();
  });

  it('answers requests that come together in their order, each with its own body', async () => {
    const all = ['a', 'b', 'c'].map((name) => post(`/${name}`, name.repeat(3))).join('');
    const client = rawClient(await start(), all);
    const text = await client.read((received) => received.includes('got ccc'));
    assert.match(text, /got aaa[\s\S]*got bbb[\s\S]*got ccc$/);
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['aaa', 'bbb', 'ccc'],
    );
    client.socket.destroy();
  });

  it('goes over to Node with the first request that it does not know by sight, and loses nothing of what came', async () => {
    const chunked = 'POST /d HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nddd\r\n0\r\n\r\n';
    const client = rawClient(await start(), post('/c', 'ccc') + chunked);
    const text = await client.read();
    assert.equal(count(text, 'HTTP/1.1 200'), 2);
    assert.deepEqual(seen, [
      { target: '/c', body: 'ccc' },
      { target: '/d', body: 'ddd' },
    ]);
    // Node's answer ends the connection, so that the client's next one begins on the lane.
    assert.match(text, /connection: close/i);
  });

  it('leaves what is malformed to Node, which says so', async () => {
    const client = rawClient(await start(), 'GET / HTTP/1.1\r\nHost : gw\r\n\r\n');
    assert.equal(statusOf(await client.read()), 400);
  });

  it('closes behind the answer when the client asks for that', async () => {
    const client = rawClient(await start(), 'GET / HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n');
    assert.match(await client.read(), /connection: close[\s\S]*got $/);
  });

  it('tells of a client that goes before its answer, once', async () => {
    let gone = 0;
    let told: (() => void) | undefined;
    const went = new Promise<void>((resolve) => {
      told = resolve;
    });
    const port = await start({
      onRequest: (exchange: Exchange) => {
        exchange.onGone(() => {
          gone++;
          told?.();
        });
        client.socket.destroy();
        return true;
      },
    });
    const client = rawClient(port, post('/x', ''));
    await went;
    assert.equal(gone, 1);
  });

  it('does not read on while a client sends requests ahead of the answer', async () => {
    let stream: ResponseStream | undefined;
    const port = await start({
      onRequest: (exchange: Exchange) => {
        stream = exchange.stream(200, {});
        stream.write('first');
        return true;
      },
    });
    const client = rawClient(port, 'GET /x HTTP/1.1\r\nHost: gw\r\n\r\n');
    await client.read((text) => text.includes('first'));
    const ahead = Buffer.alloc(32 * 1024 ** 2, 'x');
    let taken = false;
    client.socket.write(ahead, (error) => {
      taken = error === undefined || error === null;
    });
    // What was sent ahead waits while the stream goes on.
    stream?.write('second');
    await client.read((text) => text.includes('second'));
    assert.equal(taken, false);
    client.socket.destroy();
  });

  it('reads no more requests of a client that does not read its answers, until it does', async () => {
    const requests = 20_000;
    const answer = 'x'.repeat(4096);
    let answered = 0;
    const port = await start({
      onRequest: (exchange) => {
        answered++;
        exchange.reply(200, {}, answer);
        return true;
      },
    });
    const client = rawClient(port, 'GET /x HTTP/1.1\r\nHost: gw\r\n\r\n'.repeat(requests));
    client.socket.pause();
    for (let before = -1; before !== answered && answered < requests; ) {
      before = answered;
      await new Promise((resume) => setTimeout(resume, 500));
    }
    // What the two ends of the connection hold, and no more.
    assert.ok(answered < requests / 2, `${answered} answers for a client that reads none`);
    client.socket.resume();
    await client.read((text) => text.length > requests * answer.length && answered === requests);
    client.socket.destroy();
  });

  it('passes over a line end between two requests, as some old browsers send one behind a body', async () => {
    const port = await start({ settings: { headerTimeout: 60 } });
    const client = rawClient(port, `${post('/a', 'aaa')}\r\n`);
    await client.read((text) => text.includes('got aaa'));
    // An idle connection all the same: no head has begun. The other one is given up later than this one would be.
    const other = rawClient(port, `${post('/x', 'xxx')}\r\nGET`);
    await other.read();
    client.socket.write(`${post('/b', 'bbb')}\r\n${post('/c', 'ccc')}`);
    const text = await client.read((received) => received.includes('got ccc'));
    assert.equal(count(text, '408'), 0);
    assert.equal(count(text, 'connection: close'), 0);
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['aaa', 'xxx', 'bbb', 'ccc'],
    );
    client.socket.destroy();
  });

  it('answers 408 to a head that does not come to its end, and to a body', async () => {
    const port = await start({ settings: { headerTimeout: 60, requestTimeout: 120 } });
    for (const begun of ['GET / HTTP/1.1\r\nHost: gw\r\n', post('/x', 'hello').slice(0, -1)]) {
      assert.equal(statusOf(await rawClient(port, begun).read()), 408);
    }
  });

  it('ends a connection that was idle for its time', async () => {
    const port = await start({ settings: { headerTimeout: 60, keepAlive: 60 } });
    const client = rawClient(port, post('/x', 'once'));
    assert.match(await client.read(), /got once$/);
  });

  it('lets a client that reads slowly have the whole answer, however long it may be idle or linger', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024);
    // Longer than a client may linger that was asked to go.
    const keepAlive = 2_300;
    const port = await start({
      settings: { headerTimeout: 60, keepAlive },
      onRequest: (exchange) => {
        exchange.reply(200, {}, body);
        return true;
      },
    });
    const slow = ['', 'Connection: close\r\n'].map((field) => {
      const client = rawClient(port, `GET /x HTTP/1.1\r\nHost: gw\r\n${field}\r\n`);
      client.socket.pause();
      return client;
    });
    // It comes after them, and is ended when its time is over.
    await rawClient(port, '').read();
    for (const client of slow) {
      client.socket.resume();
      await client.read((text) => text.length > body.length + 50 && text.endsWith('x'));
      assert.equal(count(client.text(), 'x'), body.length);
      client.socket.destroy();
    }
  });

  it('ends with its server, idle connections first', async () => {
    const port = await start();
    const client = rawClient(port, post('/x', 'once'));
    await client.read((text) => text.includes('got once'));
    await walls.server.close(10_000);
    await client.read();
  });
});
