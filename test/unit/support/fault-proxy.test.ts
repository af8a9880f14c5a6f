import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { FaultProxy, type FaultProxyOptions } from '../../support/faults/fault-proxy.ts';
import type { Fault } from '../../support/faults/faults.ts';
import { until } from '../../support/until.ts';

interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly chunks: number;
  readonly whole: boolean;
}

describe('the fault proxy', () => {
  let seen: string[];
  let broken: number;
  let server: http.Server;
  let proxy: FaultProxy | undefined;

  beforeEach(async () => {
    seen = [];
    broken = 0;
    server = http.createServer((request, response) => {
      let body = '';
      request.on('aborted', () => broken++).on('error', () => {});
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-mark'] ?? '-'} ${body}`);
        if (request.url === '/stream') return drip(response);
        response.writeHead(200, { 'X-Answer': 'yes' });
        response.end(`answer to ${body} `.repeat(50));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    server.closeAllConnections();
    server.close();
  });

  async function start(options: Omit<FaultProxyOptions, 'target'>): Promise<FaultProxy> {
    proxy = await FaultProxy.start({ target: (server.address() as AddressInfo).port, seed: 7, ...options });
    return proxy;
  }

  const always = (fault: Fault) =>
    start({ faults: { [fault]: 1 }, hang: 50, lateness: [20, 40], streamLife: 100 });

  function ask(path = '/plain', body = 'hello'): Promise<Outcome> {
    return new Promise((done) => {
      const options = {
        host: '127.0.0.1',
        port: proxy?.port,
        path,
        method: 'POST',
        headers: { 'X-Mark': 'm' },
      };
      const request = http.request(options, (response) => {
        let text = '';
        let chunks = 0;
        const end = () =>
          done({ status: response.statusCode ?? 0, body: text, chunks, whole: response.complete });
        response.on('data', (chunk) => {
          text += chunk;
          chunks++;
        });
        response.on('error', () => {}).on('close', end);
      });
      request.on('error', () => done({ status: 0, body: '', chunks: 0, whole: false }));
      request.end(body);
    });
  }

  it('passes a request and its answer on unchanged', async () => {
    await start({});
    const outcome = await ask();
    assert.deepEqual(seen, ['POST /plain m hello']);
    assert.equal(outcome.body, 'answer to hello '.repeat(50));
    assert.equal(outcome.whole, true);
  });

  it('cuts a request before its end, so that the server never has it whole', async () => {
    await always('cut-request');
    for (let i = 0; i < 20; i++) assert.equal((await ask()).status, 0);
    assert.deepEqual(seen, []);
    assert.ok(broken > 0, 'some of them reached the server in part');
  });

  it('cuts an answer before its end', async () => {
    await always('cut-response');
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => ask()));
    assert.equal(seen.length, 30);
    assert.ok(outcomes.every((outcome) => !outcome.whole));
    assert.ok(
      outcomes.some((outcome) => outcome.status === 0),
      'in the head',
    );
    assert.ok(
      outcomes.some((outcome) => outcome.body.length > 0),
      'in the body',
    );
  });

  it('cuts a stream after a while', async () => {
    await always('cut-response');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask('/stream')));
    assert.ok(outcomes.every((outcome) => !outcome.whole));
    assert.ok(outcomes.some((outcome) => outcome.body.includes('drop')));
  });

  it('sends a request twice and passes one answer on', async () => {
    await always('duplicate');
    const outcome = await ask();
    assert.equal(outcome.whole, true);
    await until('the second request', () => seen.length === 2);
    assert.deepEqual(new Set(seen), new Set(['POST /plain m hello']));
  });

  it('repeats a request later', async () => {
    await always('late-duplicate');
    assert.equal((await ask()).whole, true);
    assert.equal(seen.length, 1);
    await once(server, 'request');
  });

  it('lets an answer go into the void', async () => {
    await always('void');
    assert.equal((await ask()).status, 0);
    assert.equal(seen.length, 1);
  });

  it('lets a client hang', async () => {
    await always('hang');
    const before = performance.now();
    assert.equal((await ask()).status, 0);
    assert.equal(seen.length, 1);
    assert.ok(performance.now() - before >= 45);
  });

  it('cuts an answer into other chunks without changing it', async () => {
    await always('rechunk');
    const outcome = await ask();
    assert.equal(outcome.body, 'answer to hello '.repeat(50));
    assert.ok(outcome.chunks > 10);
  });

  it('holds a stream back until its end', async () => {
    await always('buffer');
    const outcome = await ask('/stream');
    assert.equal(outcome.chunks, 1);
    assert.equal(outcome.body, 'drop 0;drop 1;drop 2;drop 3;');
  });

  it('ends an answer that has been silent for too long', async () => {
    await start({ idleKill: 10 });
    assert.equal((await ask('/stream')).whole, false);
  });

  it('takes headers away in both directions', async () => {
    await start({ strip: ['x-mark', 'x-answer'] });
    await ask();
    assert.deepEqual(seen, ['POST /plain - hello']);
  });

  it('chooses the same faults again for the same seed', async () => {
    const faults = { 'cut-request': 0.2, void: 0.2, rechunk: 0.2 };
    const run = async (seed: number) => {
      await start({ faults, seed });
      const outcomes: number[] = [];
      for (let i = 0; i < 30; i++) outcomes.push((await ask()).status);
      const { counts } = proxy as FaultProxy;
      await proxy?.close();
      return { outcomes, counts };
    };
    const first = await run(11);
    assert.deepEqual(await run(11), first);
    assert.notDeepEqual((await run(12)).outcomes, first.outcomes);
    assert.ok((first.counts.pass ?? 0) > 0 && (first.counts.void ?? 0) > 0);
  });

  for (const [fate, expected] of [
    ['426', /^HTTP\/1\.1 426 /],
    ['partial-101', /^HTTP\/1\.1 101 .*\r\nUpgrade: websocket\r\n$/],
    ['silent-101', /^HTTP\/1\.1 101 [\s\S]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n\r\n$/],
  ] as const) {
    it(`answers an Upgrade with ${fate}`, async () => {
      const { port } = await start({ upgrade: fate });
      const socket = connect(port, '127.0.0.1');
      // The key and its answer are the example of RFC 6455 §1.3.
      socket.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      const [chunk] = await once(socket, 'data');
      assert.match(String(chunk), expected);
      socket.destroy();
    });
  }
});

function drip(response: http.ServerResponse): void {
  let count = 0;
  const timer = setInterval(() => {
    response.write(`drop ${count++};`);
    if (count < 4) return;
    clearInterval(timer);
    response.end();
  }, 25);
  response.on('close', () => clearInterval(timer));
}
