import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { FallbackClient, frames } from '../support/fallback-client.ts';

/** A session carrier, spoken raw. Messages are collected: text with `␞` for the frame end, binary as hex. */
class Carrier {
  readonly socket: WebSocket;
  readonly #messages: string[] = [];
  #next: (() => void) | undefined;

  constructor(port: number, token: string, headers: Readonly<Record<string, string>> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/echo/_fallback/v1/${token}/websocket`, { headers });
    this.socket.on('error', () => {});
    this.socket.on('message', (data, isBinary) => {
      const octets = data as Buffer;
      this.#messages.push(
        isBinary ? octets.toString('hex') : octets.toString('utf8').replaceAll('\x1e', '␞'),
      );
      this.#next?.();
    });
  }

  say(text: string): void {
    this.socket.send(frames(text));
  }

  /** What came up to now and until `end` has come. */
  async until(end: string): Promise<string> {
    while (!this.#messages.join('').includes(end)) {
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
    return this.#messages.join('');
  }
}

describe('a WebSocket that carries a session (PROTOCOL.md §7)', () => {
  let gateway: Gateway;
  let client: FallbackClient;
  let port: number;

  before(async () => {
    gateway = createGateway({ listen: 0, demo: false, logLevel: 'silent' });
    ({ port } = await gateway.listen());
    client = new FallbackClient(port);
  });

  after(async () => {
    client.close();
    await gateway.close(0);
  });

  async function open(token: string): Promise<Carrier> {
    const carrier = new Carrier(port, token);
    await once(carrier.socket, 'open');
    return carrier;
  }

  it('carries messages both ways, and acknowledges on the way', async () => {
    const carrier = await open(await client.create());
    carrier.say('D1,0␞#1␞Tone␞');
    carrier.say('Ttwo␞');
    const all = await carrier.until('Ttwo␞');
    assert.match(all, /^A1␞#1␞Tone␞/);
    assert.match(all, /A2␞Ttwo␞/);
    carrier.socket.close();
  });

  it('carries binary messages as they are', async () => {
    const carrier = await open(await client.create());
    carrier.say('D1,0␞#1␞');
    carrier.socket.send(Buffer.from('420300ff1e', 'hex'));
    assert.match(await carrier.until('420300ff1e'), /420300ff1e$/);
    carrier.socket.close();
  });

  it('goes on where another carrier left off, in both directions', async () => {
    const token = await client.create();
    await client.post('send', token, '#1␞Tone␞');
    await client.post('xhr-polling', token, 'D1,0␞');
    const carrier = await open(token);
    carrier.say('D2,1␞#2␞Ttwo␞');
    await carrier.until('Ttwo␞');
    const poll = await client.post('xhr-polling', token, 'D3,1␞');
    assert.equal(poll.body, 'A2␞#2␞Ttwo␞');
    assert.match(await carrier.until('Es␞'), /Es␞$/);
    const [code] = (await once(carrier.socket, 'close')) as [number];
    assert.equal(code, 1000);
  });

  it('is lost without loss: what it did not deliver comes by the next', async () => {
    const token = await client.create();
    const carrier = await open(token);
    carrier.say('D1,0␞#1␞Tone␞');
    await carrier.until('Tone␞');
    carrier.socket.terminate();
    const poll = await client.post('xhr-polling', token, 'D2,0␞');
    assert.equal(poll.body, 'A1␞#1␞Tone␞');
  });

  it('ends with 1002 on a malformed message, and its session does not', async () => {
    const token = await client.create();
    for (const nonsense of ['Thello␞', 'D1,0␞Q␞']) {
      const carrier = await open(token);
      carrier.say(nonsense);
      const [code] = (await once(carrier.socket, 'close')) as [number];
      assert.equal(code, 1002);
    }
    assert.equal((await client.post('send', token, '#1␞Tx␞')).body, 'A1␞');
  });

  it('is refused with 404 for an unknown token and for a page of another origin', async () => {
    const token = await client.create();
    for (const carrier of [
      new Carrier(port, 'n.unknown'),
      new Carrier(port, token, { origin: 'http://evil.example' }),
    ]) {
      const [, response] = (await once(carrier.socket, 'unexpected-response')) as [
        unknown,
        { statusCode: number },
      ];
      assert.equal(response.statusCode, 404);
    }
  });
});
