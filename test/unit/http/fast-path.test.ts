import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import type { Exchange, ResponseStream } from '../../../gateway/http/exchange.ts';
import { until } from '../../support/until.ts';
import { rawClient, statusOf } from './raw-client.ts';
import { startServer, type TestServer, type TestServerOptions } from './test-server.ts';

describe('the fast path', () => {
  let running: TestServer;
  const seen: { target: string; body: string }[] = [];

  async function start(options: TestServerOptions = {}): Promise<number> {
    seen.length = 0;
    running = await startServer({
      onRequest: (exchange) => {
        exchange.readBody(100, (body) => {
          seen.push({ target: exchange.path, body: String(body) });
          exchange.reply(200, {}, `got ${body}`);
        });
        return true;
      },
      ...options,
      fast: true,
    });
    return running.port;
  }

  afterEach(() => running.close());

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

  it('gives the connection to Node with the first request that is not plain, and loses nothing of what came', async () => {
    const chunked = 'POST /d HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nddd\r\n0\r\n\r\n';
    const client = rawClient(await start(), post('/c', 'ccc') + chunked);
    const text = await client.read((received) => received.includes('got ddd'));
    assert.equal(count(text, 'HTTP/1.1 200'), 2);
    assert.deepEqual(seen, [
      { target: '/c', body: 'ccc' },
      { target: '/d', body: 'ddd' },
    ]);
    assert.doesNotMatch(text, /connection: close/i);
    client.socket.destroy();
  });

  // The last two end within the head, so that only an answer before the timeout can be at once.
  for (const [what, text] of [
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : gw\r\n\r\n'],
    ['a length followed by a tab', 'POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\t\r\n\r\nhello'],
    ['line ends without CR', 'GET / HTTP/1.1\nHost: gw\n'],
    ['a CR without LF', 'GET / HTTP/1.1\r\nX: a\rHost: gw'],
    ['no HTTP', '\x16\x03\x01\x02'],
  ] as const) {
    it(`leaves a malformed request to Node, which refuses it at once: ${what}`, async () => {
      const client = rawClient(await start(), text);
      assert.equal(statusOf(await client.read()), 400);
      assert.deepEqual(seen, []);
    });
  }

  describe('with a plain request for something else', () => {
    const others: TestServerOptions = {
      takes: (target) => target !== '/page' && target !== '/stop',
      onRequest: (exchange) => {
        if (exchange.path !== '/a') return false;
        exchange.reply(200, {}, 'fast');
        return true;
      },
      otherwise: (request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          const { url, socket } = request;
          if (url === '/stop') response.setHeader('connection', 'close');
          response.end(`node ${url} ${body} ${socket.remoteAddress} ${socket.localPort === undefined}`);
        });
      },
    };

    it('has it answered by Node, and keeps the connection', async () => {
      const port = await start(others);
      const client = rawClient(
        port,
        post('/a', '1') + post('/page', 'body') + post('/b', '') + post('/a', '2'),
      );
      const text = await client.read((received) => count(received, 'fast') === 2);
      assert.deepEqual(text.match(/^(?:fast|node.*?(?=HTTP|$))/gm), [
        'fast',
        'node /page body 127.0.0.1 false',
        'node /b  127.0.0.1 false',
        'fast',
      ]);
      // Node writes its fields in another case.
      assert.deepEqual(text.match(/^date|^Date/gm), ['date', 'Date', 'Date', 'date']);
      client.socket.destroy();
    });

    it('has a body passed on as it comes', async () => {
      const port = await start(others);
      const client = rawClient(port, post('/page', 'hello').slice(0, -2));
      await new Promise((resume) => setTimeout(resume, 50));
      client.socket.write(`lo${post('/a', '')}`);
      assert.match(await client.read((text) => text.includes('fast')), /node \/page hello/);
      client.socket.destroy();
    });

    it('drops a body that Node did not read, and goes on', async () => {
      const port = await start({ ...others, otherwise: (_request, response) => response.end('early') });
      const client = rawClient(port, post('/page', 'x'.repeat(200_000)).slice(0, -100_000));
      await client.read((text) => text.includes('early'));
      client.socket.write(`${'x'.repeat(100_000)}${post('/a', '')}`);
      await client.read((text) => text.includes('fast'));
      client.socket.destroy();
    });

    it('ends the connection if Node or the client wants that', async () => {
      const port = await start(others);
      assert.match(
        await rawClient(port, post('/stop', '') + post('/a', '')).read(),
        /node \/stop {2}127\.0\.0\.1 false$/,
      );
      const closing = 'GET /page HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n';
      assert.match(
        await rawClient(port, closing + post('/a', '')).read(),
        /node \/page {2}127\.0\.0\.1 false$/,
      );
    });

    it('tells Node of a client that goes away', async () => {
      let gone: (() => void) | undefined;
      const went = new Promise<void>((resolve) => {
        gone = resolve;
      });
      let client: ReturnType<typeof rawClient> | undefined;
      const port = await start({
        ...others,
        otherwise: (_request, response) => {
          response.on('close', () => gone?.());
          client?.socket.destroy();
        },
      });
      client = rawClient(port, post('/page', ''));
      await went;
    });

    it('ends with its server', async () => {
      const port = await start(others);
      const client = rawClient(port, post('/page', ''));
      await client.read((text) => text.includes('node'));
      await running.server.close(10_000);
      await client.read();
    });
  });

  it('closes after the answer if the client asks for it', async () => {
    const client = rawClient(await start(), 'GET / HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n');
    assert.match(await client.read(), /connection: close[\s\S]*got $/);
  });

  it('reports a client that goes away before its answer, once', async () => {
    let gone = 0;
    let report: (() => void) | undefined;
    const went = new Promise<void>((resolve) => {
      report = resolve;
    });
    const port = await start({
      onRequest: (exchange: Exchange) => {
        exchange.onGone(() => {
          gone++;
          report?.();
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
    // No more than the buffers of the connection hold.
    assert.ok(answered < requests / 2, `${answered} answers for a client that reads none`);
    client.socket.resume();
    await client.read((text) => text.length > requests * answer.length && answered === requests);
    client.socket.destroy();
  });

  it('skips a line end between two requests, as some old browsers send it after a body', async () => {
    const port = await start({ settings: { headerTimeout: 60 } });
    const client = rawClient(port, `${post('/a', 'aaa')}\r\n`);
    await client.read((text) => text.includes('got aaa'));
    // No head has begun, so the connection is idle. The other one times out later than this would.
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

  describe('counts against the memory for clients', () => {
    const budget = (memory: number) => new MemoryBudget({ memory, memoryPerAddress: memory });

    it('a head that has not come to its end, and refuses one that has no room', async () => {
      const memory = budget(8_000);
      const port = await start({ memory });
      const head = `GET / HTTP/1.1\r\nX: ${'x'.repeat(4_980)}`;
      const client = rawClient(port, head);
      await until('held', () => memory.held === head.length);
      assert.equal(statusOf(await rawClient(port, head).read()), 503);
      client.socket.write('\r\nHost: gw\r\n\r\n');
      await client.read((text) => text.includes('got'));
      client.socket.destroy();
      await until('given back', () => memory.held === 0 && memory.heldFor('127.0.0.1') === 0);
    });

    it('requests behind one that is not answered yet', async () => {
      const memory = budget(100_000);
      let held: Exchange | undefined;
      const port = await start({
        memory,
        onRequest: (exchange) => {
          if (exchange.path === '/wait') held = exchange;
          else exchange.reply(200, {}, 'behind');
          return true;
        },
      });
      const behind = post('/x', '').repeat(10);
      const client = rawClient(port, post('/wait', ''));
      await until('waiting', () => held !== undefined);
      client.socket.write(behind);
      await until('held', () => memory.held === behind.length);
      held?.reply(200, {}, 'first');
      await client.read((text) => count(text, 'behind') === 10);
      assert.equal(memory.held, 0);
      client.socket.destroy();
    });
  });

  it('answers 408 to a head that does not come to its end, and to a body', async () => {
    const port = await start({ settings: { headerTimeout: 60, requestTimeout: 120 } });
    for (const begun of ['GET / HTTP/1.1\r\nHost: gw\r\n', post('/x', 'hello').slice(0, -1)]) {
      assert.equal(statusOf(await rawClient(port, begun).read()), 408);
    }
  });

  it('ends a connection that was idle for the keep-alive timeout', async () => {
    const port = await start({ settings: { headerTimeout: 60, keepAlive: 60 } });
    const client = rawClient(port, post('/x', 'once'));
    assert.match(await client.read(), /got once$/);
  });

  it('gives a slow reader the whole answer, although that takes longer than keep-alive and linger', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024);
    // Longer than a client may linger after its last answer.
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
    // It connects after them, and ends when its timeout has passed.
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
    await running.server.close(10_000);
    await client.read();
  });
});
