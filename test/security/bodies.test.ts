import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { GatewayOptions } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { usedMemory } from '../support/machine/memory.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';
import { rawClient, statusOf } from '../unit/http/raw-client.ts';

/** Nearly a whole body. */
const SENT = 200_000;
const LENGTH = 256_000;

describe('a body that is sent slowly', () => {
  let port: number;
  let client: FallbackClient;
  const stops: (() => Promise<void> | void)[] = [];

  const start = async (options: GatewayOptions = {}): Promise<void> => {
    const started = await startGateway({ routes: ['/echo=echo:'], ...options });
    port = started.port;
    client = new FallbackClient(port);
    stops.push(() => client.close(), started.close);
  };

  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /** Sends the head and most of a body, and nothing more. */
  const begin = (target: string, body: string | Buffer, length = LENGTH) => {
    const raw = rawClient(
      port,
      `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n\r\n`,
    );
    raw.socket.write(body);
    stops.push(() => void raw.socket.destroy());
    return raw;
  };

  const answerTo = async (raw: ReturnType<typeof begin>): Promise<string> =>
    raw.read((text) => text.includes('\r\n\r\n'));

  const filled = (start: string): string => start.padEnd(SENT, 'x');

  for (const [name, target, body] of [
    ['in text form', '/echo/_fallback/v1/send', filled('nobody.knows;#1\x1eT')],
    ['of a poll', '/echo/_fallback/v1/xhr-polling', filled('nobody.knows;#1\x1eT')],
    ['of an XDomainRequest', '/echo/_fallback/v1/send?w=1', filled('nobody.knows;#1\x1eT')],
    ['in byte form', '/echo/_fallback/v1/send', filled('\x01\x0cnobody.knows#\x011')],
    ['in a form', '/echo/_fallback/v1/send?f=1', filled('b=nobody.knows%253B%25231%251ET')],
    ['without any token', '/echo/_fallback/v1/send', filled('')],
    ['that is no form', '/echo/_fallback/v1/send?f=1', filled('no')],
  ] as const) {
    it(`is not collected for a session that does not exist: ${name}`, async () => {
      await start();
      const answer = await answerTo(begin(target, body));
      // Forms and XDomainRequests see no status.
      if (/\?f=1$/.test(target)) assert.match(answer, /\r\n\r\nok$/);
      else if (/\?w=1$/.test(target)) assert.ok(answer.endsWith('\r\n\r\n404;Eg\x1e'));
      else assert.equal(statusOf(answer), body.includes('nobody') ? 404 : 400);
    });
  }

  for (const [name, query, opening, end] of [
    ['in text form', '', ';#1\x1eT', '\x1e'],
    ['of an XDomainRequest', '?w=1', ';#1\x1eT', '\x1e'],
    ['in a form', '?f=1', '%253B%25231%251ET', '%251E'],
  ] as const) {
    it(`is collected for a session that exists: ${name}`, async () => {
      await start();
      const token = await client.create();
      const body = filled(`${query === '?f=1' ? 'b=' : ''}${token}${opening}`);
      const raw = begin(`/echo/_fallback/v1/send${query}`, body, SENT + end.length);
      raw.socket.write(end);
      assert.equal(statusOf(await answerTo(raw)), 200);
      const poll = await client.post('xhr-polling', token, 'D1,0␞');
      assert.ok(poll.body.length > SENT - 100);
    });
  }

  it('is refused when the memory for clients is used up, and others are served on', async () => {
    await start({ memory: '1MiB', memoryPerAddress: '1MiB' });
    const token = await client.create();
    const body = filled(`${token};#1\x1eT`);
    const raws = Array.from({ length: 8 }, () => begin('/echo/_fallback/v1/send', body));
    const answers: string[] = [];
    for (const raw of raws) void answerTo(raw).then((answer) => answers.push(answer));
    await until('a refusal', () => answers.length >= 3);
    for (const answer of answers) {
      assert.equal(statusOf(answer), 503);
      assert.match(answer, /\r\nretry-after: 1\r\n/i);
    }
    for (const raw of raws) raw.socket.destroy();
    await until('room', () => raws.every(({ socket }) => socket.destroyed));
    const sent = await client.post('send', token, '#1␞Tkept␞');
    assert.equal(sent.body, 'A1␞');
  });

  it('of a new client is refused while much of the memory is in use', async () => {
    await start({ memory: '1MiB', memoryPerAddress: '1MiB' });
    const token = await client.create();
    const body = filled(`${token};#1\x1eT`);
    for (let i = 0; i < 4; i++) begin('/echo/_fallback/v1/send', body);
    const path = '/echo/_fallback/v1/create';
    const headers = { 'x-fallback': 'create' };
    let status = 200;
    while (status === 200) {
      const whole = createBody({ url: '/echo', origin: client.origin });
      ({ status } = await client.ask(path, { headers, body: whole }));
    }
    assert.equal(status, 503);
    assert.equal(statusOf(await answerTo(begin(path, 'nonce=', 1_000))), 503);
  });

  it('of a WebSocket message ends the WebSocket when the memory is used up, and not its session', async () => {
    await start({ memory: '1MiB', memoryPerAddress: '1MiB' });
    const closed: number[] = [];
    const tokens: string[] = [];
    const sockets: WebSocket[] = [];
    for (let count = 0; count < 7; count++) {
      const token = await client.create();
      const socket = new WebSocket(`ws://127.0.0.1:${port}/echo/_fallback/v1/${token}/websocket`);
      stops.push(() => socket.terminate());
      socket.on('error', () => {});
      socket.on('close', (code) => closed.push(code));
      await once(socket, 'open');
      socket.send('D1,0\x1e');
      tokens.push(token);
      sockets.push(socket);
    }
    // Fragments that never end.
    for (const socket of sockets) socket.send(filled('#1\x1eT'), { fin: false });
    await until('a WebSocket is closed', () => closed.length > 0);
    assert.deepEqual(new Set(closed), new Set([1013]));
    for (const socket of sockets) socket.terminate();
    await until('all are closed', () => closed.length === sockets.length);
    for (const token of tokens) assert.equal((await client.post('send', token, '#1␞Ta␞')).body, 'A1␞');
  });
});

describe('a session of a long create', () => {
  it('keeps nothing of its fields', async () => {
    const { port, close } = await startGateway({
      routes: ['/echo=echo:'],
      origin: '*',
      trustedProxy: '127.0.0.1',
    });
    const client = new FallbackClient(port);
    const open = async (sessions: number): Promise<void> => {
      for (let count = 0; count < sessions; count++) {
        const origin = `http://${'a'.repeat(400)}.example`;
        const url = `/echo?${'b'.repeat(13_000)}`;
        const address = `192.168.100.${100 + (count % 100)}`;
        const headers = { origin, cookie: `c=${'d'.repeat(14_000)}`, 'x-forwarded-for': address };
        const body = createBody({ url, origin });
        const answer = await client.ask('/echo/_fallback/v1/create', { headers, body });
        assert.equal(answer.status, 200, answer.body);
      }
    };
    await open(50);
    const before = usedMemory();
    await open(300);
    const taken = (usedMemory() - before) / 300;
    assert.ok(taken < 8_000, `${taken} bytes of memory for a session`);
    client.close();
    await close();
  });

  it('with an origin longer than any is refused', async () => {
    const { port, close } = await startGateway({ routes: ['/echo=echo:'], origin: '*' });
    const client = new FallbackClient(port);
    const origin = `http://${'a'.repeat(600)}`;
    const body = createBody({ url: '/echo', origin });
    const answer = await client.ask('/echo/_fallback/v1/create', { headers: { origin }, body });
    assert.deepEqual([answer.status, answer.body], [400, 'bad origin\n']);
    client.close();
    await close();
  });
});
