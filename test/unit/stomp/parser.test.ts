import assert from 'node:assert/strict';
import { CLIENT_COMMANDS, type Frame, makeFrame } from '../../../gateway/stomp/frame.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';
import { serialize } from '../../../gateway/stomp/serializer.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { Parsed } from './frames.ts';

describe('the parser of STOMP frames', () => {
  it('reads a frame that arrives whole', () => {
    const parsed = new Parsed().push('SEND\ndestination:/queue/a\nfoo:b:c\n\nhello\0');
    assert.deepEqual(parsed.frames, [['SEND', { destination: '/queue/a', foo: 'b:c' }, 'hello']]);
  });

  it('reads several frames of one arrival, with EOLs between them', () => {
    const parsed = new Parsed().push('\r\n\nBEGIN\n\n\0\n\r\nCOMMIT\n\n\0ABORT\n\n\0\n');
    assert.deepEqual(
      parsed.frames.map(([command]) => command),
      ['BEGIN', 'COMMIT', 'ABORT'],
    );
    assert.equal(parsed.found.includes(null), false);
  });

  it('reads lines that end in CR LF (1.2)', () => {
    const parsed = new Parsed().push('SEND\r\ndestination:/queue/a\r\n\r\n\r\nx\0');
    assert.deepEqual(parsed.frames, [['SEND', { destination: '/queue/a' }, '\r\nx']]);
  });

  it('reports an arrival of EOLs alone as a heart-beat, but no EOL after a frame', () => {
    const parsed = new Parsed().push('BEGIN\n\n\0\n', '\n', '\r\n\r\n', '');
    assert.deepEqual(
      parsed.found.map((frame) => frame?.command ?? null),
      ['BEGIN', null, null],
    );
  });

  it('keeps NUL and LF in a body with content-length', () => {
    const parsed = new Parsed().push('SEND\ncontent-length:5\n\na\0\n\0b\0BEGIN\n\n\0');
    assert.deepEqual(parsed.frames, [
      ['SEND', { 'content-length': '5' }, 'a\0\n\0b'],
      ['BEGIN', {}, ''],
    ]);
  });

  it('counts content-length in bytes', () => {
    const parsed = new Parsed().push('SEND\ncontent-length:6\n\n€\0ü\0');
    assert.equal(parsed.frames[0]?.[2], '€\0ü');
  });

  it('reads the first of a repeated header', () => {
    const parsed = new Parsed().push('MESSAGE\nfoo:World\nfoo:Hello\n\n\0');
    assert.deepEqual(parsed.frames, [['MESSAGE', { foo: 'World' }, '']]);
  });

  it('reads a frame byte by byte', () => {
    const bytes = Buffer.from('MESSAGE\ncontent-length:7\na:ü\n\n\0\n\0€\0\0\n');
    const parsed = new Parsed();
    for (const byte of bytes) parsed.push(Buffer.of(byte));
    assert.deepEqual(parsed.frames, [['MESSAGE', { 'content-length': '7', a: 'ü' }, '\0\n\0€\0']]);
  });

  it('reads nothing more after stop, within an arrival too', () => {
    const parsed = new Parsed();
    const push = parsed.found.push.bind(parsed.found);
    parsed.found.push = (...frames) => {
      parsed.parser.stop();
      return push(...frames);
    };
    parsed.push('BEGIN\n\n\0COMMIT\n\n\0', 'ABORT\n\n\0');
    assert.deepEqual(
      parsed.frames.map(([command]) => command),
      ['BEGIN'],
    );
  });

  it('reads 10,000 random streams, cut at random, as they were written', function () {
    this.timeout(60_000);
    const seed = seedFromEnvironment();
    try {
      for (let run = 0; run < 10_000; run++) checkRandomStream(new Random(seed).fork(run));
    } catch (error) {
      console.log(`FAULT_SEED=${seed}`);
      throw error;
    }
  });
});

describe('malformed and oversized input', () => {
  const cases: [string, string, RegExp][] = [
    ['an unknown command', 'GET / HTTP/1.1\r\n', /^unknown command$/],
    ['a command in lower case', 'send\n', /^unknown command$/],
    ['a header without a colon', 'SEND\ndestination\n', /^malformed header$/],
    ['a header without a name', 'SEND\n:x\n', /^malformed header$/],
    ['a NUL in an unfinished line', 'SEND\ndesti\0', /^NUL in the head/],
    ['a content-length that is no number', 'SEND\ncontent-length:0x10\n\n', /^malformed content-length$/],
    ['a negative content-length', 'SEND\ncontent-length:-1\n\n', /^malformed content-length$/],
    ['no NUL behind a counted body', 'SEND\ncontent-length:2\n\nabc', /^no NUL/],
    ['a content-length beyond the bound', 'SEND\ncontent-length:1000000\n\n', /^frame of more than 1000 /],
    ['a body that does not end', `SEND\n\n${'x'.repeat(1000)}`, /^frame of more than 1000 /],
    ['a head that does not end', `SEND\n${'a:b\n'.repeat(260)}`, /^frame of more than 1000 /],
    ['a line that does not end', `SEND\n${'x'.repeat(101)}`, /^header line too long$/],
    ['too many headers', `SEND\n${Array.from({ length: 65 }, (_, i) => `${i}:\n`).join('')}`, /^too many/],
  ];
  for (const [name, input, message] of cases) {
    it(`refuses ${name}, whole and byte by byte`, () => {
      const limits = { maxFrame: 1000, maxLine: 100 };
      assert.throws(() => new Parsed(limits).push(input), { name: 'StompError', message });
      const slow = new Parsed(limits);
      assert.throws(() => slow.push(...input), { name: 'StompError', message });
      slow.push('BEGIN\n\n\0');
      assert.deepEqual(slow.found, []);
    });
  }

  it('refuses a header that is not UTF-8', () => {
    assert.throws(() => new Parsed().push(Buffer.from('SEND\nfoo:\xff\n', 'latin1')), /not UTF-8/);
  });

  it('reads a frame that is exactly at its bound', () => {
    const frame = `SEND\n\n${'x'.repeat(994)}\0`;
    assert.equal(new Parsed({ maxFrame: 1000 }).push(frame).frames.length, 1);
    assert.equal(new Parsed({ maxFrame: 1000 }).push(...frame).frames.length, 1);
  });

  it('holds a large body that arrives in single bytes in little more than its size', () => {
    const parsed = new Parsed();
    parsed.push('SEND\n\n');
    const before = usedMemory();
    for (let index = 0; index < 500_000; index++) parsed.parser.push(Buffer.of(120));
    const grown = usedMemory() - before;
    assert.ok(grown < 5e6, `${grown} bytes for a body of 500,000`);
    parsed.push('\0');
    assert.equal(parsed.frames[0]?.[2].length, 500_000);
  });

  it('reports header values that can be kept without the rest of the head', () => {
    const kept: (string | undefined)[] = [];
    const receiver = {
      frame: ({ headers }: Frame) => kept.push(headers.get('destination')),
      heartBeat: () => {},
    };
    const parser = new FrameParser(CLIENT_COMMANDS, frameLimits(1024 ** 2), receiver);
    const before = usedMemory();
    for (let index = 0; index < 300; index++) {
      parser.push(Buffer.from(`SEND\ndestination:/queue/of-some-name\nother:${'x'.repeat(60_000)}\n\n\0`));
    }
    const grown = usedMemory() - before;
    assert.ok(grown < 2e6, `${grown} bytes for ${kept.length} destinations`);
  });
});

const ALPHABET = ['a', 'Z', '7', ' ', '\\', ':', '/', 'ü', '€', '😀', '\t'];
const BODY_BYTES = [0, 10, 13, 58, 65, 0xc3, 0xa9, 0xff];

function checkRandomStream(random: Random): void {
  const frames = Array.from({ length: random.int(1, 6) }, () => randomFrame(random));
  const parts = frames.flatMap((frame) => [
    serialize(frame),
    Buffer.from(random.pick(['', '\n', '\r\n', '\n\n'])),
  ]);
  const stream = Buffer.concat(parts);
  const parsed = new Parsed();
  for (let at = 0; at < stream.length; ) {
    const size = random.chance(0.3) ? 1 : random.int(1, stream.length);
    parsed.push(stream.subarray(at, at + size));
    at += size;
  }
  const found = parsed.found.filter((frame) => frame !== null);
  assert.deepEqual(found.map(plain), frames.map(plain));
}

function randomFrame(random: Random): Frame {
  const headers: Record<string, string> = {};
  for (let count = random.int(0, 4); count > 0; count--) {
    headers[`n${random.int(0, 9)}${randomText(random).replaceAll(':', '')}`] = randomText(random);
  }
  const body = Buffer.from(Array.from({ length: random.int(0, 40) }, () => random.pick(BODY_BYTES)));
  return makeFrame(random.pick(['SEND', 'MESSAGE', 'ERROR']), headers, body);
}

function randomText(random: Random): string {
  return Array.from({ length: random.int(0, 8) }, () => random.pick(ALPHABET)).join('');
}

function plain({ command, headers, body }: Frame): unknown {
  const entries = [...headers].filter(([name]) => name !== 'content-length');
  return [command, entries, body.toString('latin1')];
}
