import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Driver } from 'websocket-driver';
import * as wsLibrary from 'ws';
import { FrameFollower, PING_PAYLOAD, PONG_SIZE } from '../../../gateway/native/frame-follower.ts';
import { HixieChannel } from '../../../gateway/native/hixie-channel.ts';
import { Random } from '../../support/random.ts';
import { frame } from '../../support/servers/upstreams.ts';
import { TestClock } from '../../support/test-clock.ts';
import { mutate, randomBytes, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

/** Bytes that a message may have. */
const MAX = 200;

/** Payload of the Ping whose Pong is watched for. */
const watched = Buffer.from('01234567');

/** An input is the seed of its cuts in four bytes, and the stream. */
function withSeed(random: Random, stream: Buffer): Buffer {
  const seed = Buffer.alloc(4);
  seed.writeUInt32BE(random.int(0, 0xffff_ffff));
  return Buffer.concat([seed, stream]);
}

/** The stream in chunks of one byte up to all. */
function chunksOf(input: Buffer): Buffer[] {
  if (input.length < 4) return [];
  const random = new Random(input.readUInt32BE());
  const longest = random.pick([1, 3, 20, 1000]);
  const cut: Buffer[] = [];
  for (let at = 4; at < input.length; ) {
    const to = Math.min(input.length, at + random.int(1, longest));
    cut.push(input.subarray(at, to));
    at = to;
  }
  return cut;
}

function randomFrame(random: Random): Buffer {
  const mask = random.chance(0.7) ? Buffer.from([1, 2, 3, random.int(0, 9)]) : undefined;
  switch (random.int(0, 6)) {
    case 0:
      return frame(0x8a, random.chance(0.5) ? watched : randomBytes(random, 8), mask);
    case 1: {
      const code = Buffer.from([3, random.int(0xe8, 0xf7)]);
      return frame(0x88, Buffer.concat([code, randomBytes(random, 4)]), mask);
    }
    case 2:
      return frame(0x89, randomBytes(random, 20), mask);
    case 3:
      // The length in eight bytes, though it would fit in one.
      return Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 0, 0, 5), Buffer.alloc(5)]);
    default: {
      const first = random.pick([0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0xc1]);
      return frame(first, Buffer.alloc(random.pick([0, 1, 5, 100, 125, 126, 150, 201, 300]), 7), mask);
    }
  }
}

const randomFrames = (random: Random): Buffer =>
  Buffer.concat(Array.from({ length: random.int(0, 8) }, () => randomFrame(random)));

interface Followed {
  readonly passed: string;
  readonly isTooBig: boolean;
  readonly closeSeen: boolean;
  readonly closeCode: number | undefined;
}

/** What RFC 6455 §5.2 says about a stream that is there whole. */
function model(stream: Buffer): Followed {
  let passed = '';
  let message = 0;
  let closeSeen = false;
  let closeCode: number | undefined;
  for (let at = 0; at < stream.length; ) {
    const rest = stream.subarray(at);
    const short = (rest[1] ?? 0) & 0x7f;
    const isMasked = ((rest[1] ?? 0) & 0x80) !== 0;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (isMasked ? 4 : 0);
    // An incomplete head waits.
    if (rest.length < head) break;
    let length: number = short;
    if (short === 126) length = rest.readUInt16BE(2);
    if (short === 127) length = Number(rest.readBigUInt64BE(2));
    const opcode = (rest[0] as number) & 0x0f;
    const payload = Buffer.from(rest.subarray(head, head + length));
    if (isMasked)
      for (let index = 0; index < payload.length; index++)
        payload[index] = (payload[index] as number) ^ (rest[head - 4 + (index & 3)] as number);
    if (opcode < 8) {
      message = opcode === 0 ? message + length : length;
      if (message > MAX) return { passed, isTooBig: true, closeSeen, closeCode };
    } else if (opcode === 8) {
      closeSeen = true;
      if (payload.length >= 2) closeCode = payload.readUInt16BE();
    } else if (rest[0] === 0x8a && isMasked && length === PING_PAYLOAD) {
      // It may be the watched one, and is not complete.
      if (payload.length < length) break;
      if (payload.equals(watched)) {
        at += head + length;
        continue;
      }
    }
    passed += rest.subarray(0, head + length).toString('hex');
    at += head + length;
  }
  return { passed, isTooBig: false, closeSeen, closeCode };
}

/** What the follower passes of a stream that comes in chunks. */
function follow(stream: readonly Buffer[]): Followed {
  const follower = new FrameFollower(MAX);
  follower.watch = watched;
  let passed = '';
  let held = Buffer.alloc(0);
  const state = (isTooBig: boolean): Followed => {
    const { closeSeen, closeCode } = follower;
    return { passed, isTooBig, closeSeen, closeCode };
  };
  for (const piece of stream) {
    const data = Buffer.concat([held, piece]);
    held = Buffer.alloc(0);
    for (let at = 0; at < data.length; ) {
      const to = follower.follow(data, at);
      assert.ok(to >= at && to <= data.length, 'it goes forward');
      passed += data.subarray(at, to).toString('hex');
      if (follower.stop === 'none') break;
      if (follower.stop === 'tooBig') return state(true);
      if (follower.stop === 'head') {
        held = Buffer.from(data.subarray(to));
        break;
      }
      at = to + PONG_SIZE;
    }
    assert.ok(held.length < 14, 'it holds a head at most');
  }
  return state(false);
}

/** Frames as a client may send them: masked, messages in order, the sizes around the bound. */
function validFrames(random: Random): Buffer {
  const mask = Buffer.from([9, 8, 7, random.int(0, 9)]);
  const frames: Buffer[] = [];
  for (let messages = random.int(0, 5); messages > 0; messages--) {
    const fragments = random.int(1, 4);
    for (let index = 0; index < fragments; index++) {
      const first = (index === fragments - 1 ? 0x80 : 0) | (index === 0 ? 2 : 0);
      frames.push(frame(first, Buffer.alloc(random.pick([0, 1, 50, 99, 100, 101, 199, 200, 201])), mask));
      if (random.chance(0.2)) frames.push(frame(0x89, randomBytes(random, 5), mask));
    }
  }
  return Buffer.concat(frames);
}

interface Receiver extends NodeJS.EventEmitter {
  write(chunk: Buffer): boolean;
}
const { Receiver } = wsLibrary as unknown as { Receiver: new (options: object) => Receiver };

/** Whether `ws` refuses a stream for the length of a message. */
async function isTooBigForWs(input: Buffer): Promise<boolean> {
  const receiver = new Receiver({ isServer: true, maxPayload: MAX });
  let code: string | undefined;
  receiver.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  for (const piece of chunksOf(input)) receiver.write(Buffer.from(piece));
  // It tells an error in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(code === undefined || code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', code);
  return code !== undefined;
}

// --- hixie ---

function hixieStream(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let frames = random.int(0, 5); frames > 0; frames--) {
    parts.push(Buffer.of(0), Buffer.from(randomText(random, 90)), Buffer.of(0xff));
  }
  if (random.chance(0.3)) parts.push(Buffer.of(0xff, 0));
  return Buffer.concat(parts);
}

/** Frames as -76 §4.2 has them: what is delivered, and the status of the end. */
function hixieModel(stream: Buffer): unknown[] {
  const received: unknown[] = [];
  for (let at = 0; at < stream.length; ) {
    if (stream[at] !== 0) return [...received, stream[at] === 0xff ? 1005 : 1002];
    const terminator = stream.indexOf(0xff, at);
    const end = terminator < 0 ? stream.length : terminator;
    if (end - at - 1 > MAX) return [...received, 1009];
    if (terminator < 0) return received;
    received.push(stream.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return received;
}

async function hixieReads(input: Buffer): Promise<unknown[]> {
  const received: unknown[] = [];
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const driver = { version: 'hixie-76', close: () => true } as unknown as Driver;
  const channel = new HixieChannel(driver, socket as Socket, { clock: new TestClock(), maxMessage: MAX });
  channel.attach({
    message: (message) => received.push(message.text),
    drained: () => {},
    closed: ({ code }) => received.push(code),
  });
  await Promise.resolve();
  for (const piece of chunksOf(input)) socket.emit('data', piece);
  // What the stream put off is done as well, or it would pile up.
  await new Promise((resolve) => setImmediate(resolve));
  return received;
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'frame-follower',
    input: (random) => {
      const frames = randomFrames(random);
      return withSeed(random, random.chance(0.5) ? frames : mutate(random, frames));
    },
    run(input) {
      const stream = input.subarray(4);
      const expected = model(stream);
      assert.deepEqual(follow([stream]), expected);
      // In chunks it may miss a code that is cut in two.
      assert.deepEqual({ ...follow(chunksOf(input)), closeCode: expected.closeCode }, expected);
    },
  }),
  fuzzTarget<Buffer>({
    name: 'frame-follower-as-ws',
    input: (random) => withSeed(random, validFrames(random)),
    run: async (input) => assert.equal(follow(chunksOf(input)).isTooBig, await isTooBigForWs(input)),
  }),
  fuzzTarget<Buffer>({
    name: 'hixie-frames',
    input: (random) => {
      const stream = hixieStream(random);
      return withSeed(random, random.chance(0.5) ? stream : mutate(random, stream));
    },
    run: async (input) => assert.deepEqual(await hixieReads(input), hixieModel(input.subarray(4))),
  }),
];
