import assert from 'node:assert/strict';
import { Parser as StompJsParser } from '@stomp/stompjs';
import { silentLog } from '../../../gateway/base/log.ts';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { DestinationPattern, splitDestination } from '../../../gateway/stomp/destination.ts';
import { CLIENT_COMMANDS, type Frame, SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { encodeHeaders, readHeaders } from '../../../gateway/stomp/headers.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';
import { serialize } from '../../../gateway/stomp/serializer.ts';
import { StompError } from '../../../gateway/stomp/stomp-error.ts';
import { VERSIONS, type Version } from '../../../gateway/stomp/version.ts';
import { Random } from '../../support/random.ts';
import { type StompEnd, settled, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';
import { mutate, randomBytes, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const COMMANDS = new Set([...CLIENT_COMMANDS, ...SERVER_COMMANDS]);

/** Small, so that random input reaches them. */
const LIMITS = { maxFrame: 200, maxHead: 120, maxHeaders: 5, maxLine: 60 };
const WIDE = { maxFrame: 1e6, maxHead: 1e6, maxHeaders: 100, maxLine: 1e6 };

const NAMES = ['a', 'content-length', 'content-lengths', 'destination', 'b c', 'ü'];
const VALUES = ['', '1', '12', 'x:y', '/queue/a', '\\c', '\\', 'ü', ' 3', '01'];

/** A few frames with EOLs between them. */
function randomStream(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let frames = random.int(1, 4); frames > 0; frames--) {
    const headers = new Map<string, string>();
    for (let count = random.int(0, 5); count > 0; count--)
      headers.set(random.pick(NAMES), random.pick(VALUES));
    const body = random.chance(0.5) ? randomBytes(random, 30) : Buffer.from(randomText(random, 10));
    parts.push(serialize({ command: random.pick([...COMMANDS]), headers, body }));
    parts.push(Buffer.from(random.pick(['', '', '\n', '\r\n', '\n\n'])));
  }
  return Buffer.concat(parts);
}

/** A generator that only depends on the input, so that the input alone repeats a run. */
function randomOf(input: Buffer): Random {
  return new Random(input.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5));
}

/** Cuts a stream at random places. */
function cut(random: Random, stream: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = random.chance(0.3) ? 1 : random.int(1, stream.length);
    parts.push(stream.subarray(at, at + size));
    at += size;
  }
  return parts;
}

interface Outcome {
  readonly frames: readonly unknown[];
  readonly isMalformed: boolean;
}

/** Parses arrivals. With `isDue`, in as many calls as that asks for. */
function parse(arrivals: readonly Buffer[], limits = LIMITS, isDue?: () => boolean): Outcome {
  const frames: unknown[] = [];
  const frame = ({ command, headers, body }: Frame): void => {
    frames.push([command, [...headers], body.toString('latin1')]);
  };
  const parser = new FrameParser(COMMANDS, limits, { frame, heartBeat: () => {} });
  try {
    for (const bytes of arrivals) {
      for (let at = 0; at < bytes.length; ) at = parser.push(bytes, at, isDue);
    }
  } catch (error) {
    if (!(error instanceof StompError)) throw error;
    return { frames, isMalformed: true };
  }
  return { frames, isMalformed: false };
}

const cuts = fuzzTarget<Buffer>({
  name: 'stomp-parser-cuts',
  input: (random) => {
    const stream = randomStream(random);
    return random.chance(0.7) ? mutate(random, stream) : stream;
  },
  run: (stream) => {
    const random = randomOf(stream);
    const whole = parse([stream]);
    const bytes = Array.from(stream, (byte) => Buffer.of(byte));
    assert.deepEqual(parse(bytes), whole, 'byte by byte');
    assert.deepEqual(parse(cut(random, stream)), whole, 'cut at random');
    assert.deepEqual(
      parse([stream], LIMITS, () => random.chance(0.5)),
      whole,
      'in slices',
    );
  },
});

/**
 * Frames that every parser must read alike: no CR, no repeated entry, a true content-length. Nor a
 * U+FEFF: the `TextDecoder` of stompjs drops one at the start.
 */
const reference = fuzzTarget<Buffer>({
  name: 'stomp-parser-and-stompjs',
  input: (random) => {
    const parts: Buffer[] = [];
    for (let frames = random.int(1, 4); frames > 0; frames--) {
      const headers = new Map<string, string>();
      for (let count = random.int(0, 5); count > 0; count--) {
        const name = randomText(random, 6).replaceAll(/[\0\r\n:\ufeff]/g, '');
        if (name !== '') headers.set(name, randomText(random, 6).replaceAll(/[\0\r\n\ufeff]/g, ''));
      }
      headers.delete('content-length');
      parts.push(
        serialize({ command: 'MESSAGE', headers, body: randomBytes(random, 30) }),
        Buffer.from('\n'),
      );
    }
    return Buffer.concat(parts);
  },
  run: (stream) => {
    const frames: unknown[] = [];
    const theirs = new StompJsParser(
      ({ command, headers, binaryBody }) => {
        frames.push([command, headers, Buffer.from(binaryBody as Uint8Array).toString('latin1')]);
      },
      () => {},
    );
    for (const bytes of cut(randomOf(stream), stream)) theirs.parseChunk(new Uint8Array(bytes).buffer, false);
    assert.deepEqual(parse([stream], WIDE), { frames, isMalformed: false });
  },
});

/** Unescapes one character after the other, as the specification reads. */
function unescapeSlowly(text: string, version: Version): string | undefined {
  if (version === '1.0') return text.trim();
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] === '\\' ? (text[index + 1] ?? '') : undefined;
    const meant = letter === undefined ? undefined : { n: '\n', c: ':', '\\': '\\', r: '\r' }[letter];
    if (letter === undefined) result += text[index];
    else if (meant === undefined || (letter === 'r' && version === '1.1')) {
      if (version === '1.2') return undefined;
      result += '\\';
    } else {
      result += meant;
      index++;
    }
  }
  return result;
}

const headers = fuzzTarget<string>({
  name: 'stomp-headers',
  input: (random) =>
    Array.from({ length: random.int(0, 12) }, () =>
      random.pick(['\\', '\\', 'n', 'c', 'r', 't', ':', '\n', '\r', ' ', 'ü']),
    ).join(''),
  run: (text) => {
    for (const version of VERSIONS) {
      const expected = unescapeSlowly(text, version);
      const read = () => readHeaders(new Map([['x', text]]), version).get('x');
      if (expected === undefined) assert.throws(read, StompError);
      else assert.equal(read(), expected);
      if (version === '1.0') continue;
      // 1.1 cannot escape a CR; a parser takes one at the end of a line for a part of the EOL.
      const sent = encodeHeaders(new Map([['x', text]]), version).get('x') as string;
      assert.doesNotMatch(sent, version === '1.2' ? /[\n\r:]/ : /[\n:]/);
      assert.equal(readHeaders(new Map([['x', sent]]), version).get('x'), text);
    }
  },
});

/** Matches word by word, as the README describes patterns. */
function matchesSlowly([part, ...parts]: string[], words: string[]): boolean {
  const isRest = (word: string | undefined): boolean => word === '#' || word === '>';
  if (part === undefined) return words.length === 0;
  if (isRest(part)) return true;
  if (words.length === 0) return parts.length === 1 && isRest(parts[0]);
  const [word = '', ...rest] = words;
  return (part === '*' ? word !== '' && !isRest(word) : word === part) && matchesSlowly(parts, rest);
}

const patterns = fuzzTarget<string>({
  name: 'stomp-patterns',
  input: (random) => {
    const text = (words: string[]): string =>
      Array.from({ length: random.int(1, 5) }, () => random.pick(words)).join(random.pick(['.', '/', '.']));
    const pattern = text(['a', 'b', '*', '*', 'ab', '']) + random.pick(['', '.#', '/>', '#']);
    return `${pattern} ${text(['a', 'b', 'ab', '', '*', '#'])}`;
  },
  run: (input) => {
    const [pattern = '', destination = ''] = input.split(' ');
    const words = splitDestination(destination);
    assert.equal(
      new DestinationPattern(pattern).matches(words),
      matchesSlowly([...splitDestination(pattern)], [...words]),
    );
  },
});

const BOUNDS: Partial<BrokerOptions> = {
  maxConnections: 3,
  maxSubscriptions: 4,
  maxTransaction: 3000,
  maxUnacknowledged: 3,
  maxQueues: 2,
  maxQueued: 4,
  maxStored: 2000,
  redeliveries: 1,
};

/** One step: a client, a command and its headers. */
type Step = [client: number, command: string, headers: Record<string, string>, body: string];

function randomStep(random: Random): Step {
  const client = random.int(0, 2);
  const body = 'x'.repeat(random.pick([0, 1, 10, 1500]));
  const transaction: Record<string, string> = random.chance(0.3)
    ? { transaction: random.pick(['t', 'u']) }
    : {};
  const destination = random.pick(['/queue/a', '/queue/b', '/topic/a', '/topic/a.b']);
  const id = random.pick(['1', '2', '3']);
  switch (random.int(0, 7)) {
    case 0:
    case 1:
    case 2:
      return [client, 'SEND', { destination, ...transaction }, body];
    case 3: {
      const ack = random.pick(['auto', 'client', 'client-individual']);
      return [client, 'SUBSCRIBE', { id, destination: random.pick([destination, '/topic/a.*']), ack }, ''];
    }
    case 4:
      return [client, random.pick(['UNSUBSCRIBE', 'PAUSE', 'RESUME', 'RESUME']), { id }, ''];
    case 5:
      return [client, random.pick(['BEGIN', 'COMMIT', 'ABORT']), { transaction: 't', ...transaction }, ''];
    default:
      return [client, random.pick(['ACK', 'ACK', 'NACK']), { ...transaction }, ''];
  }
}

/** Whatever clients do, the broker stays within its bounds and counts back to nothing. */
const broker = fuzzTarget<string>({
  name: 'stomp-broker',
  input: (random) => JSON.stringify(Array.from({ length: random.int(1, 30) }, () => randomStep(random))),
  run: async (input) => {
    const parts = stompParts({ clock: new TestClock() });
    const tested = new Broker({ ...defaultBrokerOptions, ...BOUNDS }, parts);
    const open = (): StompEnd => {
      const [channel, end] = stompPair(SERVER_COMMANDS);
      assert.ok(tested.accept(channel, { carrier: 'native', address: 'client', log: silentLog }));
      end.send('CONNECT', { 'accept-version': '1.2' });
      return end;
    };
    const clients = [open(), open(), open()];
    await settled();
    for (const [index, command, headers, body] of JSON.parse(input) as Step[]) {
      const client = clients[index] as StompEnd;
      if (command === 'PAUSE') client.channel.pause();
      else if (command === 'RESUME') client.channel.resume();
      else if (command === 'ACK' || command === 'NACK') {
        const id = client.frames.at(-1)?.headers.get('ack');
        client.send(command, { ...headers, id }, body);
      } else client.send(command, headers, body);
      assert.ok(parts.memory.heldFor('stomp:') <= 2000);
    }
    for (const client of clients) client.channel.close({ code: 1006, reason: '' });
    await settled();
    assert.equal(parts.memory.heldFor('client'), 0, 'of clients that are gone');
    for (const queue of ['/queue/a', '/queue/b']) {
      const last = open();
      await settled();
      last.send('SUBSCRIBE', { id: '1', destination: queue });
      assert.equal(last.end, undefined);
      last.channel.close({ code: 1000, reason: '' });
      await settled();
    }
    assert.equal(parts.memory.held, 0, 'of queues that are empty');
  },
});

export const targets: readonly FuzzTarget[] = [cuts, reference, headers, patterns, broker];
