import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ByteQueue } from '../../../client-shim/src/flash/bytes.ts';
import { openFlashSocket } from '../../../client-shim/src/flash/client.ts';
import { FrameReader } from '../../../client-shim/src/flash/frames.ts';
import { encodeRequest } from '../../../client-shim/src/flash/handshake.ts';
import type { LinkEvents, Movies } from '../../../client-shim/src/flash/movie.ts';
import { sha1 } from '../../../client-shim/src/flash/sha1.ts';
import { Bytes } from '../../../client-shim/src/lang/bytes.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { FakeBrowser } from './support/fake-browser.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A socket whose TCP connection is in the test's hands. */
class Trial {
  readonly browser = new FakeBrowser();
  /** What the page and the ladder received. */
  readonly received: string[] = [];
  /** What went to the server. */
  sent = Buffer.alloc(0);
  linkClosed = false;
  link!: LinkEvents;
  readonly socket;
  #ready: (ready: boolean) => void = () => {};

  constructor({ protocols = [], ready = true }: { protocols?: string[]; ready?: boolean } = {}) {
    const { received } = this;
    const movies: Movies = {
      whenReady: (_origin, done) => {
        this.#ready = done;
      },
      open: (origin, events) => {
        received.push(`link to ${origin}`);
        this.link = events;
        return {
          send: (bytes) => {
            this.sent = Buffer.concat([this.sent, Buffer.from(bytes)]);
            return true;
          },
          close: () => {
            this.linkClosed = true;
          },
        };
      },
      tell: () => {},
    };
    this.browser.page.location = { hostname: 'host' };
    this.browser.page.document = { cookie: 'a=b; c=\u00e9' };
    this.browser.page.navigator = { userAgent: 'Old/1.0' };
    this.socket = openFlashSocket(this.browser.page, movies, {
      url: 'ws://host:8080/echo?x=1',
      protocols,
      origin: 'http://host:8080',
      transports: null,
      bytes: Bytes,
      step: () => {},
      events: {
        open: (protocol) => received.push(`open ${protocol}`.trim()),
        message: (data) =>
          received.push(
            typeof data === 'string'
              ? `text ${data}`
              : `binary ${data instanceof Bytes ? `Bytes ${data.bytes}` : new Uint8Array(data as ArrayBuffer)}`,
          ),
        sent: (bytes) => received.push(`sent ${bytes}`),
        closing: () => received.push('closing'),
        closed: (...status) => received.push(`closed ${status.join(' ')}`),
      },
      hooks: {
        opened: () => {},
        passed: (reason) => received.push(`failed ${reason}`),
        unfit: () => {},
        proved: () => {},
        over: () => {},
      },
    });
    assert.deepEqual(received, []);
    this.#ready(ready);
  }

  /** Bytes from the server. */
  receive(bytes: string | readonly number[]): void {
    this.link.data([...(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)]);
  }

  get request(): string {
    return this.sent.toString('latin1');
  }

  answer(fields = ''): string {
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(this.request)?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    return `HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${fields}\r\n`;
  }

  /** Past the handshake, with nothing reported and nothing sent. */
  open(): this {
    this.link.open();
    this.receive(this.answer());
    this.received.length = 0;
    this.sent = Buffer.alloc(0);
    return this;
  }

  /** Frames that were sent, unmasked. */
  get frames(): { opcode: number; payload: Buffer }[] {
    const frames = [];
    for (let rest = this.sent; rest.length > 0; ) {
      assert.equal((rest[0] as number) & 0xf0, 0x80, 'FIN and nothing else');
      const short = (rest[1] as number) - 0x80;
      assert.ok(short >= 0, 'masked');
      const [length, start] =
        short < 126
          ? [short, 2]
          : short === 126
            ? [rest.readUInt16BE(2), 4]
            : [Number(rest.readBigUInt64BE(2)), 10];
      const mask = rest.subarray(start, start + 4);
      const payload = Buffer.from(rest.subarray(start + 4, start + 4 + length));
      for (let at = 0; at < length; at++) payload[at] = (payload[at] as number) ^ (mask[at & 3] as number);
      frames.push({ opcode: (rest[0] as number) & 15, payload });
      rest = rest.subarray(start + 4 + length);
    }
    return frames;
  }
}

/** A frame as a server sends it; `first` has FIN and opcode. */
function frame(first: number, payload: string | Buffer): number[] {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return [first, ...size, ...bytes];
}

function close(code: number, reason = ''): number[] {
  return frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
}

describe('SHA-1 of the shim', () => {
  it('is that of everybody else, whatever the length', () => {
    for (let length = 0; length < 200; length++) {
      const text = 'abcdefghij'.repeat(20).slice(0, length);
      assert.deepEqual(sha1(text), [...createHash('sha1').update(text).digest()], text);
    }
  });
});

describe('the opening handshake over Flash', () => {
  it('says what that of a browser says', () => {
    const trial = new Trial({ protocols: ['chat', 'superchat'] });
    trial.link.open();
    assert.match(
      trial.request,
      /^GET \/echo\?x=1 HTTP\/1\.1\r\nHost: host:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: [\w+/]{22}==\r\nSec-WebSocket-Protocol: chat, superchat\r\nOrigin: http:\/\/host:8080\r\nUser-Agent: Old\/1\.0\r\nCookie: a=b; c=\xc3\xa9\r\n\r\n$/,
    );
    assert.deepEqual(trial.received, ['link to http://host:8080']);
  });

  it('lets no line end of a value through, and leaves empty fields out', () => {
    const fields = { Cookie: 'a=b\r\nX: y\n\0', Origin: '' };
    const request = encodeRequest({ target: '/', host: 'h', key: 'k', protocols: [], fields });
    assert.match(request, /\r\nSec-WebSocket-Key: k\r\nCookie: a=bX: y\r\n\r\n$/);
  });

  it('opens with the subprotocol that was selected, and reads what comes right behind it', () => {
    const trial = new Trial({ protocols: ['chat', 'superchat'] });
    trial.link.open();
    const answer = trial.answer('Sec-WebSocket-Protocol: superchat\r\n');
    trial.receive(answer.slice(0, 30));
    trial.receive(answer.slice(30) + Buffer.from(frame(0x81, 'early')).toString('latin1'));
    assert.deepEqual(trial.received.slice(1), ['open superchat', 'text early']);
  });

  const wrong: Readonly<Record<string, (answer: string) => string>> = {
    'a refusal': () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
    'another status': (answer) => answer.replace('101', '200'),
    'no Upgrade': (answer) => answer.replace('upgrade: WebSocket\r\n', ''),
    'another Upgrade': (answer) => answer.replace('WebSocket\r', 'h2c\r'),
    'no Connection': (answer) => answer.replace('keep-alive, Upgrade', 'keep-alive'),
    'another key': (answer) => answer.replace(/Accept: ./, 'Accept: _'),
    'a subprotocol that was not offered': (answer) =>
      answer.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: x\r\n\r\n'),
    'an extension': (answer) => answer.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: x\r\n\r\n'),
    'a head without end': () => 'x'.repeat(20_000),
  };
  for (const [what, spoil] of Object.entries(wrong)) {
    it(`passes to other transports with ${what}`, () => {
      const trial = new Trial();
      trial.link.open();
      trial.receive(spoil(trial.answer()));
      assert.deepEqual(trial.received.slice(1), ['failed refused']);
      assert.ok(trial.linkClosed);
    });
  }

  it('passes when none of the subprotocols is selected', () => {
    const trial = new Trial({ protocols: ['chat'] });
    trial.link.open();
    trial.receive(trial.answer());
    assert.deepEqual(trial.received.slice(1), ['failed refused']);
  });

  it('passes without a player, without a policy, and without an answer in six seconds', () => {
    assert.deepEqual(new Trial({ ready: false }).received, ['failed no player answered']);
    const refused = new Trial();
    refused.link.over();
    assert.deepEqual(refused.received.slice(1), ['failed refused']);
    const silent = new Trial();
    silent.link.open();
    silent.browser.clock.advance(6000);
    assert.deepEqual(silent.received.slice(1), ['failed no answer']);
    assert.ok(silent.linkClosed);
  });
});

describe('messages over Flash', () => {
  it('come in frames of every length, wherever they are cut', () => {
    const random = new Random(seedFromEnvironment());
    const texts = [0, 1, 125, 126, 127, 65_535, 65_536].map((length) => 'x'.repeat(length));
    const bytes = texts.flatMap((text) => frame(0x81, text));
    const trial = new Trial().open();
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.int(1, at < 400 ? 5 : 60_000);
      trial.receive(bytes.slice(at, end));
      at = end;
    }
    assert.deepEqual(
      trial.received,
      texts.map((text) => `text ${text}`),
      `seed ${random.seed}`,
    );
  });

  it('are put together from fragments, with control frames between them', () => {
    const trial = new Trial().open();
    trial.receive([
      ...frame(0x01, 'he'),
      ...frame(0x89, 'ping'),
      ...frame(0x00, 'l'),
      ...frame(0x8a, 'pong'),
    ]);
    assert.deepEqual(trial.received, []);
    trial.receive(frame(0x80, 'lo'));
    trial.receive([...frame(0x02, Buffer.from([0])), ...frame(0x80, Buffer.from([255]))]);
    assert.deepEqual(trial.received, ['text hello', 'binary 0,255']);
    assert.deepEqual(trial.frames, [{ opcode: 10, payload: Buffer.from('ping') }]);
  });

  it('are copied once, also where many of them come in one piece', () => {
    let copied = 0;
    class Counted extends Array<number> {
      override slice(from?: number, to?: number): number[] {
        const part = super.slice(from, to);
        copied += part.length;
        return part;
      }
    }
    const count = 1_000;
    const burst = new Counted();
    for (let at = 0; at < count; at++) burst.push(0x81, 1, 0x61);
    const incoming = new ByteQueue();
    incoming._add(burst);
    let frames = 0;
    new FrameReader(incoming, { frame: () => frames++, broken: () => assert.fail() })._read();
    assert.deepEqual([frames, copied], [count, burst.length]);
  });

  it('are Bytes where the engine has no ArrayBuffer', () => {
    const trial = new Trial().open();
    trial.browser.page.Uint8Array = undefined;
    trial.receive(frame(0x82, Buffer.from([1, 2])));
    assert.deepEqual(trial.received, ['binary Bytes 1,2']);
  });

  it('go out masked, in one frame each, of every length', () => {
    const trial = new Trial().open();
    const sizes = [0, 125, 126, 65_535, 65_536];
    for (const size of sizes) trial.socket.send('x'.repeat(size), size);
    trial.socket.send('\u20ac\ud83d\ude00', 7);
    trial.socket.send(new Uint8Array([0, 255]), 2);
    trial.socket.send(new Bytes([1, 2, 3]), 3);
    assert.deepEqual(
      trial.frames.map(({ opcode, payload }) => `${opcode} ${payload.length}`),
      [...sizes.map((size) => `1 ${size}`), '1 7', '2 2', '2 3'],
    );
    assert.deepEqual(
      trial.frames.slice(-3).map(({ payload }) => payload),
      [Buffer.from('€😀'), Buffer.from([0, 255]), Buffer.from([1, 2, 3])],
    );
    assert.deepEqual(trial.received, [], 'nothing is reported from within send');
    trial.browser.clock.advance(0);
    assert.deepEqual(trial.received, [`sent ${sizes.reduce((sum, size) => sum + size) + 12}`]);
  });

  const broken: Readonly<Record<string, number[]>> = {
    'a reserved bit': [0xc1, 0],
    'a mask': [0x81, 0x80, 0, 0, 0, 0],
    'an unknown opcode': [0x83, 0],
    'an unknown control opcode': [0x8b, 0],
    'a control frame of more than 125 bytes': [0x89, 126, 0, 126],
    'a control frame in fragments': [0x09, 0],
    'a continuation of nothing': [0x80, 0],
    'a message within another': [...frame(0x01, 'a'), ...frame(0x81, 'b')],
    'a Close of one byte': frame(0x88, 'x'),
    'a Close with a code that is never sent': close(1005),
    'a length of 16 bits that fits 7': [0x81, 126, 0, 1, 0x41],
    'a length of 64 bits that fits 16': [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 200],
  };
  for (const [what, bytes] of Object.entries(broken)) {
    it(`end the connection with 1002 after ${what}`, () => {
      const trial = new Trial().open();
      trial.receive([...bytes, ...frame(0x81, 'more')]);
      assert.deepEqual(trial.received, ['closed 1006  false true']);
      assert.deepEqual(trial.frames, [{ opcode: 8, payload: Buffer.from([0x03, 0xea]) }]);
      assert.ok(trial.linkClosed);
    });
  }

  const notUtf8: Readonly<Record<string, number[]>> = {
    'a lone continuation': [0x80],
    'an overlong NUL': [0xc0, 0x80],
    'a surrogate': [0xed, 0xa0, 0x80],
    'two of them that make a pair': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
    'more than U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'a byte of no UTF-8': [0xff],
    'a character that is cut': [0xe2, 0x82],
  };
  for (const [what, bytes] of Object.entries(notUtf8)) {
    it(`end the connection with 1007 for text with ${what}`, () => {
      const trial = new Trial().open();
      trial.receive(frame(0x81, Buffer.from(bytes)));
      assert.deepEqual(trial.received, ['closed 1006  false true']);
      assert.deepEqual(trial.frames, [{ opcode: 8, payload: Buffer.from([0x03, 0xef]) }]);
    });
  }
});

describe('the end of a WebSocket over Flash', () => {
  it('by the page waits for the answer of the server, and for it to hang up', () => {
    const trial = new Trial().open();
    trial.socket.close(4001, 'bye');
    trial.socket.send('late', 4);
    assert.deepEqual(trial.frames, [
      { opcode: 8, payload: Buffer.concat([Buffer.from([0x0f, 0xa1]), Buffer.from('bye')]) },
    ]);
    trial.receive(close(4001, 'bye'));
    assert.deepEqual(trial.received, ['closing']);
    trial.link.over();
    assert.deepEqual(trial.received, ['closing', 'closed 4001 bye true false']);
    assert.equal(trial.frames.length, 1);
  });

  it('without a code is 1005 both ways', () => {
    const trial = new Trial().open();
    trial.socket.close(1005, '');
    assert.deepEqual(trial.frames, [{ opcode: 8, payload: Buffer.alloc(0) }]);
    trial.receive(frame(0x88, ''));
    trial.link.over();
    assert.deepEqual(trial.received, ['closing', 'closed 1005  true false']);
  });

  it('by the server is answered with the same code, and not waited for longer than a second', () => {
    const trial = new Trial().open();
    trial.receive([...frame(0x81, 'last'), ...close(4002, 'grüezi'), ...frame(0x81, 'never')]);
    assert.deepEqual(trial.frames, [{ opcode: 8, payload: Buffer.from([0x0f, 0xa2]) }]);
    trial.browser.clock.advance(1000);
    assert.deepEqual(trial.received, ['text last', 'closing', 'closed 4002 grüezi true false']);
    assert.ok(trial.linkClosed);
  });

  for (const code of [0, 999, 2000, 5000, 65_535]) {
    it(`shows a code that none should send, as browsers do: ${code}`, () => {
      const trial = new Trial().open();
      trial.receive(close(code, 'why'));
      trial.browser.clock.advance(1000);
      assert.deepEqual(trial.received, ['closing', `closed ${code} why true false`]);
    });
  }

  it('without a Close is 1006, and no error', () => {
    const trial = new Trial().open();
    trial.link.over();
    assert.deepEqual(trial.received, ['closed 1006  false false']);
  });

  it('comes ten seconds after a Close that nobody answers', () => {
    const trial = new Trial().open();
    trial.socket.close(1000, '');
    trial.browser.clock.advance(10_000);
    assert.deepEqual(trial.received, ['closed 1006  false false']);
  });

  it('says 1001 when the page is left, and tells the page nothing', () => {
    const trial = new Trial().open();
    trial.socket.send('x', 1);
    trial.socket.abandon();
    trial.link.data(frame(0x81, 'x'));
    trial.link.over();
    trial.browser.clock.advance(20_000);
    assert.deepEqual(trial.received, []);
    assert.deepEqual(trial.frames[1], { opcode: 8, payload: Buffer.from([0x03, 0xe9]) });
    assert.ok(trial.linkClosed);
  });
});
