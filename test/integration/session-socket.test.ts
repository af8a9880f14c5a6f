import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, type GatewaySocket } from '../../gateway/index.ts';
import { FallbackClient, frames } from '../support/clients/fallback-client.ts';
import { TestClock } from '../support/test-clock.ts';

/**
 * A session carrier, spoken raw. Messages are collected: text with `␞` for the frame end, binary as
 * hex.
 */
class Carrier {
  readonly socket: WebSocket;
  readonly #messages: string[] = [];
  #next: (() => void) | undefined;

  constructor(port: number, token: string, headers: Readonly<Record<string, string>> = {}, path = '/echo') {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}/_fallback/v1/${token}/websocket`, { headers });
    this.socket.on('error', () => {});
    this.socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      this.#messages.push(isBinary ? bytes.toString('hex') : bytes.toString('utf8').replaceAll('\x1e', '␞'));
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

  it('is attached once: a second attach on it is malformed, and takes nothing from the session', async () => {
    const token = await client.create();
    const carrier = await open(token);
    carrier.say('D1,0␞#1␞Tone␞');
    await carrier.until('Tone␞');
    carrier.say('D2,0␞#2␞Tlost␞');
    assert.equal((await once(carrier.socket, 'close'))[0], 1002);
    const next = await open(token);
    next.say('D2,1␞#2␞Ttwo␞');
    assert.match(await next.until('Ttwo␞'), /#2␞Ttwo␞/);
    next.socket.close();
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

  it('is ended when it does not ask for the downstream in time', async () => {
    const clock = new TestClock();
    const other = createGateway({ listen: 0, demo: false, logLevel: 'silent' }, { clock });
    const { port: at } = await other.listen();
    const visitor = new FallbackClient(at);
    const carrier = new Carrier(at, await visitor.create());
    await once(carrier.socket, 'open');
    const closed = once(carrier.socket, 'close');
    clock.advance(5_000);
    assert.equal((await closed)[0], 1006);
    visitor.close();
    await closeBy(clock, other);
  });

  it('ignores what follows a malformed message, as its numbers are in doubt', async () => {
    const token = await client.create();
    const carrier = await open(token);
    carrier.say('D1,0␞#1␞Tone␞');
    await carrier.until('Tone␞');
    const closed = once(carrier.socket, 'close');
    carrier.say('Ttwo␞Tthree␞?␞');
    carrier.say('Tfour␞');
    assert.equal((await closed)[0], 1002);
    assert.equal((await client.post('send', token, 'A1␞')).body, 'A1␞');
  });

  describe('while its backend takes no more', () => {
    const clock = new TestClock();
    let slow: Gateway;
    let visitor: FallbackClient;
    let socket: GatewaySocket;
    let at: number;
    const got: string[] = [];
    let arrived: () => void;

    beforeEach(async () => {
      got.length = 0;
      slow = createGateway({ listen: 0, demo: false, logLevel: 'silent' }, { clock });
      slow.route('/slow', (opened) => {
        socket = opened;
        socket.pause();
        socket.on('message', (data) => {
          got.push(String(data));
          arrived?.();
        });
      });
      ({ port: at } = await slow.listen());
      visitor = new FallbackClient(at);
    });
    afterEach(async () => {
      visitor.close();
      await closeBy(clock, slow);
    });

    const big = (letter: string): string => letter.repeat(140_000);
    const all = async (count: number): Promise<void> => {
      while (got.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    };

    it('loses nothing, however long that is', async () => {
      const token = await visitor.create('/slow');
      const carrier = new Carrier(at, token, {}, '/slow');
      await once(carrier.socket, 'open');
      carrier.say('D1,0␞#1␞');
      for (const letter of ['a', 'b', 'c']) carrier.say(`T${big(letter)}␞`);
      for (let at = 4; at <= 20; at++) carrier.say(`T${at}␞`);
      await visitorSees(visitor, token, 'A3␞');
      clock.advance(26_000);
      clock.advance(26_000);
      socket.resume();
      await all(20);
      assert.deepEqual(
        got.slice(3),
        Array.from({ length: 17 }, (_, index) => String(index + 4)),
      );
      await carrier.until('A20␞');
      carrier.socket.close();
    });

    it('hears acknowledgements behind what it has no room for', async () => {
      const token = await visitor.create('/slow');
      const carrier = new Carrier(at, token, {}, '/slow');
      await once(carrier.socket, 'open');
      carrier.say('D1,0␞#1␞');
      let taken = 0;
      for (let at = 1; at <= 12; at++) socket.send(`${big('s')}${at}`, () => taken++);
      // So many fill the outbox, each of them in three fragments.
      await carrier.until('s8␞');
      const before = taken;
      assert.ok(before < 12);
      for (const letter of ['a', 'b', 'c', 'd', 'e']) carrier.say(`T${big(letter)}␞`);
      carrier.say('Tx␞A24␞');
      while (taken === before) await new Promise((resolve) => setImmediate(resolve));
      carrier.socket.close();
    });

    it('is not read without end, and is ended when nothing moves: the next attach goes on', async () => {
      const token = await visitor.create('/slow');
      const carrier = new Carrier(at, token, {}, '/slow');
      await once(carrier.socket, 'open');
      carrier.say('D1,0␞#1␞');
      const closed = once(carrier.socket, 'close');
      for (let at = 0; at < 150; at++) carrier.say(`T${big('a')}␞`);
      await visitorSees(visitor, token, 'A3␞');
      await stands(() => carrier.socket.bufferedAmount);
      clock.advance(25_000);
      clock.advance(25_000);
      assert.equal((await closed)[0], 1000);
      assert.match(await carrier.until('E'), /Er␞$/);
    });
  });
});

/** Closes a gateway whose time stands still. */
async function closeBy(clock: TestClock, gateway: Gateway): Promise<void> {
  const closed = gateway.close(0);
  clock.advance(20_000);
  await closed;
}

/** The gateway has taken as much as that. */
async function visitorSees(visitor: FallbackClient, token: string, ack: string): Promise<void> {
  const probe = (): Promise<string> => visitor.post('send', token, 'A0␞', '/slow').then(({ body }) => body);
  while ((await probe()) !== ack);
}

/** A number has not changed for a while, and is not 0. */
async function stands(look: () => number): Promise<void> {
  for (let same = 0, seen = 0; same < 200; ) {
    await new Promise((resolve) => setImmediate(resolve));
    same = look() === seen && seen > 0 ? same + 1 : 0;
    seen = look();
  }
}
