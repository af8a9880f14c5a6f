import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PolicyService } from '../../../gateway/flash/policy-service.ts';
import { askForPolicies, POLICY_REQUEST as REQUEST, usedHeap } from '../../support/clients/policy-flood.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';
import { ask, rawClient } from '../http/raw-client.ts';

describe('the policy port', () => {
  let service: PolicyService;
  let clock: TestClock;
  let port: number;

  beforeEach(async () => {
    clock = new TestClock();
    service = new PolicyService((localAddress) => `policy for ${localAddress}\0`, clock);
    port = await service.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => service.close());

  /** Bytes as they leave, each in a segment of its own. */
  async function inSegments(packets: readonly string[]): Promise<string> {
    const client = rawClient(port, '');
    client.socket.setNoDelay(true);
    for (const piece of packets) {
      client.socket.write(Buffer.from(piece, 'latin1'));
      await new Promise((resume) => setImmediate(resume));
    }
    return client.read();
  }

  it('answers the request with the document, once, and closes', async () => {
    assert.equal(await ask(port, REQUEST), 'policy for 127.0.0.1\0');
  });

  it('answers a request that comes byte by byte', async () => {
    assert.equal(await inSegments([...REQUEST]), 'policy for 127.0.0.1\0');
  });

  it('answers a client that has ended its side', async () => {
    const client = rawClient(port, REQUEST);
    client.socket.end();
    assert.equal(await client.read(), 'policy for 127.0.0.1\0');
  });

  it('sends nothing after the answer', async () => {
    const client = rawClient(port, REQUEST);
    client.socket.on('data', () => client.socket.write(REQUEST));
    assert.equal(await client.read(), 'policy for 127.0.0.1\0');
  });

  const wrong: Readonly<Record<string, string>> = {
    'an HTTP request': 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n',
    'another element': '<cross-domain-request/>\0',
    'white space in it': '<policy-file-request />\0',
    'other letters': '<POLICY-FILE-REQUEST/>\0',
    'no NUL but a line end': '<policy-file-request/>\n',
    'something behind it': `${REQUEST}x`,
    'two at once': REQUEST + REQUEST,
    'something before it': `\0${REQUEST}`,
    'more than 64 bytes': '<'.repeat(65),
    'a megabyte': 'x'.repeat(1024 ** 2),
  };
  for (const [what, bytes] of Object.entries(wrong)) {
    it(`closes without an answer for ${what}`, async () => assert.equal(await ask(port, bytes), ''));
  }

  it('closes without an answer for half a request, once the client has ended or its timeout has passed', async () => {
    const ended = rawClient(port, REQUEST.slice(0, -1));
    ended.socket.end();
    assert.equal(await ended.read(), '');

    const waiting = [rawClient(port, REQUEST.slice(0, -1)), rawClient(port, '')];
    await until('connections', () => service.size === 2);
    clock.advance(3_000);
    for (const client of waiting) assert.equal(await client.read(), '');
  });

  it('does so on connections of an HTTP server as well, which stay half open', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => service.accept(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = rawClient((server.address() as AddressInfo).port, REQUEST.slice(0, -1));
    client.socket.end();
    assert.equal(await client.read(), '');
    server.close();
  });

  it('takes none of them once it is closed: they would delay the end of the server', async () => {
    service.close();
    const server = createServer((socket) => service.accept(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    assert.equal(await ask((server.address() as AddressInfo).port, REQUEST.slice(0, -1)), '');
    server.close();
  });

  it('ends a client that has its answer and does not close', async () => {
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {});
    client.write(REQUEST);
    await once(client.resume(), 'end');
    assert.equal(service.size, 1);
    clock.advance(3_000);
    await until('the connection', () => service.size === 0);
    client.destroy();
  });

  it('closes connections beyond 200 at once', async () => {
    const clients = Array.from({ length: 200 }, () => rawClient(port, '<'));
    await until('200 connections', () => service.size === 200);
    assert.equal(await ask(port, REQUEST), '');
    for (const { socket } of clients) socket.destroy();
    await until('their end', () => service.size === 0);
    assert.equal(await ask(port, REQUEST), 'policy for 127.0.0.1\0');
    await until('no timer', () => clock.timers === 0);
  });

  it('keeps nothing of 10,000 requests', async function () {
    this.timeout(60_000);
    await askForPolicies(port, 1_000);
    const before = usedHeap();
    await askForPolicies(port, 10_000);
    await until('all connections', () => service.size === 0);
    const grown = usedHeap() - before;
    assert.ok(grown < 256 * 1024, `${grown} bytes more`);
    await until('no timer', () => clock.timers === 0);
  });
});
