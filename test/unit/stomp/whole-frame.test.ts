import assert from 'node:assert/strict';
import { makeFrame } from '../../../gateway/stomp/frame.ts';
import { serialize, toMessage } from '../../../gateway/stomp/serializer.ts';
import { readWholeFrame } from '../../../gateway/stomp/whole-frame.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { COMMANDS, LIMITS, Parsed } from './frames.ts';

const read = (text: string | Buffer, start = 0) =>
  readWholeFrame(Buffer.from(text as string), start, COMMANDS, LIMITS);

describe('the reader of frames that arrive whole', () => {
  it('reads a frame, which can be passed on unchanged', () => {
    const text = 'MESSAGE\ndestination:/topic/a b\nx:c:d\ncontent-length:5\nempty:\n\nx\0€\0';
    const frame = read(`\n${text}\nRECEIPT`, 1);
    assert.ok(frame);
    assert.equal(frame.command, 'MESSAGE');
    assert.deepEqual(Object.fromEntries(frame.headers), {
      destination: '/topic/a b',
      x: 'c:d',
      'content-length': '5',
      empty: '',
    });
    assert.equal(frame.body.toString(), 'x\0€');
    assert.equal(toMessage(frame).text, text);
  });

  it('keeps a repeated header in the bytes, and reads the first', () => {
    const text = 'SEND\na:1\na:2\n\n\0';
    const frame = read(text);
    assert.equal(frame?.headers.get('a'), '1');
    assert.equal(frame && toMessage(frame).text, text);
  });

  for (const text of ['BEGIN\n\n\0', 'SEND\ncontent-length:0\n\n\0', `SEND\nx:${'y'.repeat(1017)}\n\n\0`]) {
    it(`reads ${JSON.stringify(text).slice(0, 40)}`, () => assert.ok(read(text)));
  }

  for (const [name, text] of [
    ['an unknown command', 'HELLO\n\n\0'],
    ['a body without content-length', 'SEND\na:b\n\nx\0'],
    ['a backslash in its head', 'SEND\na:\\c\n\n\0'],
    ['a CR in its head', 'SEND\r\n\r\n\0'],
    ['a NUL in its head', 'SEND\na:\0\n\n\0'],
    ['more than ASCII in its head', 'SEND\na:ü\n\n\0'],
    ['a line without a colon', 'SEND\na\n\n\0'],
    ['a line without a name', 'SEND\n:a\n\n\0'],
    ['two lengths', 'SEND\ncontent-length:1\ncontent-length:1\n\nx\0'],
    ['a length with a space', 'SEND\ncontent-length: 1\n\nx\0'],
    ['a length that may be read as octal', 'SEND\ncontent-length:01\n\nx\0'],
    ['a length that is no number', 'SEND\ncontent-length:1e0\n\nx\0'],
    ['no length', 'SEND\ncontent-length:\n\nx\0'],
    ['a length that is too small', 'SEND\ncontent-length:1\n\nxx\0'],
    ['a length that is not there yet', 'SEND\ncontent-length:3\n\nx\0'],
    ['a length of more digits than one can have', 'SEND\ncontent-length:99999999999\n\nx\0'],
    ['no NUL yet', 'SEND\na:b\n\n'],
    ['a head without an end', 'SEND\na:b\n'],
    ['a head that is too long', `SEND\nx:${'y'.repeat(1018)}\n\n\0`],
    ['too many headers', `SEND\n${'a:\n'.repeat(65)}\n\0`],
    ['more bytes than it may have', `SEND\ncontent-length:1048555\n\n${'x'.repeat(1_048_555)}\0`],
  ] as const) {
    it(`leaves a frame to the parser that has ${name}`, () => assert.equal(read(text), undefined));
  }

  it('reads 20,000 random and damaged streams as the parser does byte by byte', function () {
    this.timeout(60_000);
    const seed = seedFromEnvironment();
    try {
      for (let run = 0; run < 20_000; run++) compareWays(randomStream(new Random(seed).fork(run)));
    } catch (error) {
      console.log(`FAULT_SEED=${seed}`);
      throw error;
    }
  });
});

const SMALL = { maxFrame: 120, maxHeaders: 4, maxLine: 40 };

/** The frames of a stream, and whether it ended with an error. */
function outcome(arrivals: readonly Buffer[]): unknown {
  const parsed = new Parsed(SMALL);
  let failed = false;
  try {
    parsed.push(...arrivals);
  } catch {
    failed = true;
  }
  const frames = parsed.found
    .filter((frame) => frame !== null)
    .map(({ command, headers, body }) => [command, [...headers], body.toString('latin1')]);
  return { frames, failed };
}

function compareWays(stream: Buffer): void {
  const bytes = Array.from(stream, (byte) => Buffer.of(byte));
  assert.deepEqual(outcome([stream]), outcome(bytes), JSON.stringify(stream.toString('latin1')));
}

const NAMES = ['a', 'content-length', 'content-lengths', 'destination', 'b c'];
const VALUES = ['', '1', '12', 'x:y', '/queue/a', '\\c', 'ü', ' 3'];
const DAMAGE = [...'\n\r\0:\\0159 xS', '\xff', '\n\n', 'content-length:3\n'];

function randomStream(random: Random): Buffer {
  const frames = Array.from({ length: random.int(1, 4) }, () => {
    const headers: Record<string, string> = {};
    for (let count = random.int(0, 4); count > 0; count--) headers[random.pick(NAMES)] = random.pick(VALUES);
    const body = 'x'.repeat(random.int(0, 20));
    const frame = makeFrame(random.pick(['SEND', 'ACK', 'MESSAGE']), headers, Buffer.from(body));
    return serialize(frame).toString('latin1') + random.pick(['', '\n', '\r\n']);
  });
  let text = frames.join('');
  for (let count = random.int(0, 2); count > 0; count--) {
    const at = random.int(0, text.length);
    text = text.slice(0, at) + random.pick(DAMAGE) + text.slice(at + random.int(0, 2));
  }
  return Buffer.from(text, 'latin1');
}
