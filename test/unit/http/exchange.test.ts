import assert from 'node:assert/strict';
import { once } from 'node:events';
import { RequestError } from '../../../gateway/base/errors.ts';
import { type MemoryAccount, MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import type { Exchange, ResponseStream } from '../../../gateway/http/exchange.ts';
import { until } from '../../support/until.ts';
import { ask, rawClient, statusOf } from './raw-client.ts';
import { startServer, type TestServerOptions } from './test-server.ts';

/** Which way requests take in the present tests. */
let paths: Pick<TestServerOptions, 'fast' | 'takes'> = {};
const FAST_PATH = { fast: true };
const LENT_PATH = { fast: true, takes: () => false };

/** Runs `test` against a server with these options. */
async function withServer(options: TestServerOptions, test: (port: number) => Promise<void>): Promise<void> {
  const { port, close } = await startServer({ ...options, ...paths });
  try {
    await test(port);
  } finally {
    await close();
  }
}

function post(body: string, extra = ''): string {
  return `POST /a/b?c=d HTTP/1.1\r\nHost: gw\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Answers with the request's body. */
const echo = (limit: number): TestServerOptions => ({
  onRequest: (exchange) => {
    exchange.readBody(limit, (body) => {
      if (body instanceof Error) exchange.reply(413, {}, 'body too long\n');
      else exchange.reply(200, { 'x-own': '1' }, body);
    });
    return true;
  },
});

const NODE = "over Node's server";
const FAST = 'on the fast path';
/** The fast path has Node's server answer each request, and keeps the connection. */
const LENT = "over Node's server, lent by the fast path";

for (const server of [NODE, FAST, LENT]) {
  describe(`an exchange ${server}`, () => {
    before(() => {
      paths = server === FAST ? FAST_PATH : server === LENT ? LENT_PATH : {};
    });

    it('has the parts of the request', async () => {
      let seen: Exchange | undefined;
      const onRequest = (exchange: Exchange): boolean => {
        seen = exchange;
        exchange.reply(200, {}, '');
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        await ask(port, post('', 'X-A: 1\r\nx-a: 2\r\n'), (text) => text.includes('\r\n\r\n'));
      });
      assert.ok(seen);
      assert.deepEqual([seen.method, seen.path, seen.query, seen.host], ['POST', '/a/b', 'c=d', 'gw']);
      assert.deepEqual([seen.header('x-a'), seen.header('x-b')], ['1, 2', undefined]);
      assert.deepEqual(seen.rawHeaders.slice(0, 4), ['Host', 'gw', 'X-A', '1']);
      assert.deepEqual(
        [seen.remoteAddress, seen.forwardedFor, seen.secure],
        ['127.0.0.1', '127.0.0.1', false],
      );
    });

    it('believes a trusted proxy', async () => {
      let seen: Exchange | undefined;
      const onRequest = (exchange: Exchange): boolean => {
        seen = exchange;
        exchange.reply(200, {}, '');
        return true;
      };
      const forwarded = 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: App\r\n';
      await withServer({ onRequest, trusted: ['127.0.0.0/8'] }, async (port) => {
        await ask(port, post('', forwarded), (text) => text.includes('\r\n\r\n'));
      });
      assert.deepEqual([seen?.remoteAddress, seen?.secure, seen?.host], ['192.0.2.1', true, 'app']);
      assert.equal(seen?.forwardedFor, '192.0.2.1, 127.0.0.1');
    });

    it('reads a body and answers with its length', async () => {
      await withServer(echo(100), async (port) => {
        const answer = await ask(port, post('caf\u00e9'), (text) => text.endsWith('caf\u00e9'));
        assert.equal(statusOf(answer), 200);
        assert.match(answer, /\r\ncontent-length: 4\r\n/i);
        assert.match(answer, /\r\nx-own: 1\r\n/);
      });
    });

    it('counts the bytes of a text, not its characters', async () => {
      const onRequest = (exchange: Exchange): boolean => {
        exchange.reply(200, {}, '\u20ac\ud83d\ude00');
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const answer = await ask(port, post(''), (text) => text.includes('\u00f0\u009f\u0098\u0080'));
        assert.match(answer, /\r\ncontent-length: 7\r\n/i);
      });
    });

    it('sends no length with a 204 (RFC 9110 §8.6)', async () => {
      const onRequest = (exchange: Exchange): boolean => {
        exchange.reply(204, { 'x-own': '1' }, '');
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const answer = await ask(port, post(''), (text) => text.endsWith('\r\n\r\n'));
        assert.equal(statusOf(answer), 204);
        assert.doesNotMatch(answer, /content-length|transfer-encoding/i);
      });
    });

    it('reads a body that comes in chunks', async () => {
      await withServer(echo(100), async (port) => {
        const client = rawClient(
          port,
          'POST / HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
        );
        await once(client.socket, 'connect');
        client.socket.write('2\r\nde\r\n');
        client.socket.write('0\r\n\r\n');
        assert.match(await client.read((text) => text.endsWith('abcde')), /abcde$/);
        client.socket.destroy();
      });
    });

    it('reads the empty body of a request without one', async () => {
      await withServer(echo(0), async (port) => {
        const answer = await ask(port, 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n', (text) =>
          text.includes('\r\n\r\n'),
        );
        assert.equal(statusOf(answer), 200);
      });
    });

    it('takes a body of exactly its limit, and refuses a longer one before it comes', async () => {
      await withServer(echo(5), async (port) => {
        assert.equal(statusOf(await ask(port, post('12345'), (text) => text.endsWith('12345'))), 200);
        const head = 'POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 6\r\n\r\n';
        const refusal = await ask(port, head, (text) => text.endsWith('body too long\n'));
        assert.equal(statusOf(refusal), 413);
      });
    });

    it('refuses a chunked body at the byte that is too much, without its end', async () => {
      await withServer(echo(5), async (port) => {
        const body =
          'POST / HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n';
        assert.equal(statusOf(await ask(port, body, (text) => text.endsWith('body too long\n'))), 413);
      });
    });

    it('goes on with the next request after a body that was too long', async () => {
      await withServer(echo(5), async (port) => {
        const both = post('1234567') + post('next');
        const answer = await ask(port, both, (text) => text.endsWith('next'));
        assert.deepEqual(answer.match(/^HTTP\/1\.1 \d+/gm), ['HTTP/1.1 413', 'HTTP/1.1 200']);
      });
    });

    describe('with a gate before its body', () => {
      const HEAD = 'POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 100\r\n\r\n';

      /** Lets bodies in that begin with `yes`, and counts them in `memory`. */
      const gated = (memory: MemoryBudget, begun: () => void = () => {}): TestServerOptions => ({
        onRequest: (exchange) => {
          const admit = (start: Buffer): MemoryAccount => {
            if (start.toString() !== 'yes') throw new RequestError('GW_SESSION', 'not wanted');
            begun();
            return memory.account(exchange.remoteAddress);
          };
          const answer = (body: Buffer | Error): void => {
            if (body instanceof RequestError) exchange.reply(body.status, {}, `${body.message}\n`);
            else exchange.reply(200, {}, `${body}, ${memory.held} held`);
          };
          exchange.readBody(200, answer, { prefix: 3, admit });
          return true;
        },
      });
      const budget = (memory: number) => new MemoryBudget({ memory, memoryPerAddress: memory });

      it('refuses one by its first bytes, and goes on with the next request', async () => {
        await withServer(gated(budget(1000)), async (port) => {
          const client = rawClient(port, `${HEAD}no!`);
          const refusal = await client.read((text) => text.endsWith('not wanted\n'));
          assert.equal(statusOf(refusal), 404);
          client.socket.write('x'.repeat(97) + post('yes'));
          assert.match(await client.read((text) => text.endsWith('held')), /yes, 0 held$/);
          client.socket.destroy();
        });
      });

      it('counts what has arrived, and nothing once the body is complete', async () => {
        const memory = budget(1000);
        await withServer(gated(memory), async (port) => {
          const client = rawClient(port, `${HEAD}yes${'x'.repeat(30)}`);
          await until('33 bytes held', () => memory.held === 33);
          client.socket.write('x'.repeat(67));
          assert.match(await client.read((text) => text.endsWith('held')), / 0 held$/);
          client.socket.destroy();
        });
      });

      it('gives back what a client that went away had sent', async () => {
        const memory = budget(1000);
        await withServer(gated(memory), async (port) => {
          const client = rawClient(port, `${HEAD}yes`);
          await until('3 bytes held', () => memory.held === 3);
          client.socket.destroy();
          await until('0 bytes held', () => memory.held === 0);
          assert.equal(memory.heldFor('127.0.0.1'), 0);
        });
      });

      it('refuses the rest once the memory is used up', async () => {
        const memory = budget(50);
        await withServer(gated(memory), async (port) => {
          const client = rawClient(port, `${HEAD}yes`);
          await until('3 bytes held', () => memory.held === 3);
          client.socket.write('x'.repeat(60));
          const refusal = await client.read((text) => text.endsWith('clients\n'));
          assert.equal(statusOf(refusal), 503);
          assert.equal(memory.held, 0);
          client.socket.destroy();
        });
      });
    });

    it('does not call back for a body that was cut', async () => {
      let gone = false;
      let called = false;
      let begun: (() => void) | undefined;
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      let ended: (() => void) | undefined;
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const onRequest = (exchange: Exchange): boolean => {
        exchange.readBody(100, () => {
          called = true;
        });
        exchange.onGone(() => {
          gone = true;
          ended?.();
        });
        begun?.();
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const client = rawClient(port, 'POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 6\r\n\r\nabc');
        await started;
        client.socket.destroy();
        await end;
      });
      assert.deepEqual([gone, called], [true, false]);
    });

    it('answers once', async () => {
      const onRequest = (exchange: Exchange): boolean => {
        exchange.reply(200, {}, 'first');
        exchange.reply(500, {}, 'second');
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const answer = await ask(port, post('') + post(''), (text) => text.split('first').length === 3);
        assert.doesNotMatch(answer, /second/);
      });
    });

    it('does not report a client that goes away after the answer', async () => {
      let gone = false;
      const onRequest = (exchange: Exchange): boolean => {
        exchange.onGone(() => {
          gone = true;
        });
        exchange.reply(200, {}, 'x');
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const client = rawClient(port, post(''));
        await client.read((text) => text.endsWith('x'));
        client.socket.end();
        await client.read();
      });
      assert.equal(gone, false);
    });

    it('reports a client that goes away to every request, also when they are pipelined', async () => {
      const begun: string[] = [];
      const gone: string[] = [];
      const onRequest = (exchange: Exchange): boolean => {
        begun.push(exchange.path);
        exchange.onGone(() => gone.push(exchange.path));
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const targets = Array.from({ length: 12 }, (_, index) => `/${index}`);
        const client = rawClient(
          port,
          targets.map((path) => `GET ${path} HTTP/1.1\r\nHost: gw\r\n\r\n`).join(''),
        );
        // The fast path begins one at a time.
        await until('all begun', () => begun.length === (server === NODE ? targets.length : 1));
        client.socket.destroy();
        await until('all gone', () => gone.length === begun.length);
      });
      assert.deepEqual(gone.toSorted(), begun.toSorted());
    });

    it('leaves requests that nobody takes to other listeners', async () => {
      await withServer({}, async (port) => {
        assert.match(await ask(port, post(''), (text) => text.includes('nobody')), /404/);
      });
    });
  });

  describe(`a streamed answer ${server}`, () => {
    before(() => {
      paths = server === FAST ? FAST_PATH : server === LENT ? LENT_PATH : {};
    });

    /** Opens a stream for the test. */
    async function streamed(
      request: string,
      test: (stream: ResponseStream, client: ReturnType<typeof rawClient>) => Promise<void>,
    ): Promise<void> {
      let opened: ((stream: ResponseStream) => void) | undefined;
      const stream = new Promise<ResponseStream>((resolve) => {
        opened = resolve;
      });
      const onRequest = (exchange: Exchange): boolean => {
        opened?.(exchange.stream(200, { 'content-type': 'text/plain' }));
        return true;
      };
      await withServer({ onRequest }, async (port) => {
        const client = rawClient(port, request);
        await test(await stream, client);
        client.socket.destroy();
      });
    }

    const http11 = 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n';

    it('sends its head before anything is written', async () => {
      await streamed(http11, async (_stream, client) => {
        assert.match(await client.read((text) => text.endsWith('\r\n\r\n')), /transfer-encoding: chunked/i);
      });
    });

    it('writes chunks of text and bytes, and their end', async () => {
      await streamed(http11, async (stream, client) => {
        stream.write('\u20ac');
        stream.write('');
        stream.write(Buffer.from([0, 10, 255]));
        stream.end();
        stream.write('late');
        const text = await client.read((received) => received.includes('0\r\n\r\n'));
        const body = text.slice(text.indexOf('\r\n\r\n') + 4);
        assert.equal(body, '3\r\n\u00e2\u0082\u00ac\r\n3\r\n\u0000\n\u00ff\r\n0\r\n\r\n');
      });
    });

    it('leaves the connection ready for the next request', async () => {
      await streamed(http11, async (stream, client) => {
        stream.write('one');
        stream.end();
        await client.read((text) => text.endsWith('0\r\n\r\n'));
        client.socket.write(http11);
        await client.read((text) => text.split('HTTP/1.1 200').length === 3);
      });
    });

    it('writes no chunks to HTTP/1.0, where the end of the connection is the end', async () => {
      await streamed('GET / HTTP/1.0\r\nHost: gw\r\n\r\n', async (stream, client) => {
        stream.write('one');
        stream.write('two');
        stream.end();
        assert.match(await client.read(), /\r\n\r\nonetwo$/);
      });
    });

    // The fast path reads a request only after it has answered the one before.
    if (server === NODE) {
      it('waits behind an earlier answer on the same connection', async () => {
        const held: Exchange[] = [];
        const onRequest = (exchange: Exchange): boolean => {
          held.push(exchange);
          if (held.length === 2) {
            const stream = exchange.stream(200, {});
            stream.write('second');
            held[0]?.reply(200, {}, 'first');
            stream.write('third');
            stream.end();
          }
          return true;
        };
        await withServer({ onRequest }, async (port) => {
          const text = await ask(port, http11 + http11, (received) => received.includes('0\r\n\r\n'));
          assert.match(text, /first[\s\S]*6\r\nsecond\r\n5\r\nthird\r\n0\r\n\r\n$/);
        });
      });
    }

    it('asks to wait when the client does not read, and reports when it reads on', async () => {
      await streamed(http11, async (stream, client) => {
        await client.read((text) => text.endsWith('\r\n\r\n'));
        client.socket.pause();
        const block = Buffer.alloc(65_536, 120);
        let drained: (() => void) | undefined;
        const drain = new Promise<void>((resolve) => {
          drained = resolve;
        });
        stream.onDrain({ drained: () => drained?.() });
        let written = 0;
        // A loopback connection holds little. A stream that never asks to wait ends the loop.
        while (stream.write(block) && written < 1024) written++;
        assert.ok(written < 1024);
        client.socket.resume();
        await drain;
      });
    });

    it('survives a client that goes away while it is written', async () => {
      await streamed(http11, async (stream, client) => {
        await client.read((text) => text.endsWith('\r\n\r\n'));
        client.socket.resetAndDestroy();
        for (let turn = 0; turn < 20; turn++) {
          stream.write('x'.repeat(1000));
          await new Promise((resolve) => setImmediate(resolve));
        }
        stream.end();
      });
    });
  });
}
