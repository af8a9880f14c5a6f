import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { readMessages } from '../../../gateway/channel/ws-messages.ts';
import { Random } from '../../support/random.ts';
import { frame } from '../../support/servers/upstreams.ts';
import { mutate, randomBytes, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

/** Bytes that a message may have. */
const MAX = 300;

function randomFrame(random: Random, isMasked: boolean): Buffer {
  const bytes = () => Buffer.of(...Array.from({ length: 4 }, () => random.int(0, 255)));
  const mask = isMasked ? bytes() : undefined;
  switch (random.int(0, 9)) {
    case 0:
      return frame(random.pick([0x89, 0x8a]), randomBytes(random, 20), mask);
    case 1:
      return frame(0x88, Buffer.from([3, random.int(0xe8, 0xf7), 0x61]), mask);
    case 2:
      return frame(random.pick([0x00, 0x01, 0x02, 0x80, 0xc1, 0x83]), randomText(random, 10), mask);
    case 3:
      return frame(0x81, randomBytes(random, 10), mask);
    case 4:
      return frame(0x82, Buffer.alloc(random.pick([0, 125, 126, 299, 300, 301]), 7), mask);
    case 5:
      // Its payload looks like frames, masked or not.
      return frame(0x82, Buffer.alloc(20, isMasked ? '8180' : '8100', 'hex'), mask?.fill(0));
    default:
      return frame(0x81, randomText(random, random.pick([5, 5, 40, 150])), mask);
  }
}

/** A seed for the cuts in four bytes, the role of the reader in one, and the stream. */
function randomInput(random: Random): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(random.int(0, 0xffff_ffff));
  head[4] = random.int(0, 1);
  const isMasked = (head[4] === 1) !== random.chance(0.05);
  const frames = Array.from({ length: random.int(1, 8) }, () => randomFrame(random, isMasked));
  const stream = Buffer.concat(frames);
  return Buffer.concat([head, random.chance(0.7) ? stream : mutate(random, stream)]);
}

/**
 * The same chunks each time, cut anywhere, or behind a frame or its head. They have memory of their
 * own, since a reader unmasks payloads where they are.
 */
function chunksOf(input: Buffer): Buffer[] {
  if (input.length < 5) return [];
  const random = new Random(input.readUInt32BE());
  const longest = random.pick([3, 20, 200, 2000, 2000]);
  const chunks: Buffer[] = [];
  for (let at = 5; at < input.length; ) {
    const [head, payload] = sizesOf(input.subarray(at));
    const size = random.pick([random.int(1, longest), head, head + payload, head + payload]);
    chunks.push(Buffer.from(input.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

/** Bytes of the head of a frame, and of its payload. */
function sizesOf(bytes: Buffer): [head: number, payload: number] {
  const second = bytes[1] ?? 0;
  const length = second & 0x7f;
  const mask = second > 0x7f ? 4 : 0;
  return length < 126 || bytes.length < 4 ? [2 + mask, length] : [4 + mask, bytes.readUInt16BE(2)];
}

/** The parts of `ws` by which its server makes a socket. */
interface BareSocket {
  _isServer: boolean;
  setSocket(socket: Duplex, head: Buffer, options: object): void;
}

/** Everything that a socket of `ws` reports and writes while it gets the chunks. */
async function trace(
  input: Buffer,
  read: (ws: WebSocket, message: (isBinary: boolean, bytes: Buffer) => void) => void,
): Promise<string[]> {
  const lines: string[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (bytes: Buffer, _encoding, done) => {
      lines.push(`writes ${bytes.toString('hex')}`);
      done();
    },
  }) as Socket;
  socket.setTimeout = socket.setNoDelay = () => socket;
  const ws = new WebSocket(null as unknown as string, undefined, { autoPong: true });
  const bare = ws as unknown as BareSocket;
  bare._isServer = input[4] === 1;
  // A client's mask is random, and is not compared.
  const options = { maxPayload: MAX, maxFragments: 3, generateMask: () => {} };
  bare.setSocket(socket, Buffer.alloc(0), options);
  read(ws, (isBinary, bytes) => lines.push(`${isBinary ? 'binary' : 'text'} ${bytes.toString('hex')}`));
  ws.on('ping', (data) => lines.push(`ping ${data.toString('hex')}`));
  ws.on('pong', (data) => lines.push(`pong ${data.toString('hex')}`));
  ws.on('error', (error: NodeJS.ErrnoException) => lines.push(`error ${error.code}`));
  ws.on('close', (code, reason) => lines.push(`close ${code} ${reason.toString('hex')}`));
  for (const chunk of chunksOf(input)) socket.emit('data', chunk);
  // An error is reported in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  ws.terminate();
  return lines;
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'ws-messages-as-ws',
    input: randomInput,
    run: async (input) => {
      const byWs = await trace(input, (ws, message) => {
        ws.on('message', (data, isBinary) => message(isBinary, data as Buffer));
      });
      const read = await trace(input, (ws, message) => {
        readMessages(ws, { message: ({ binary, bytes }) => message(binary, bytes) }, undefined);
      });
      assert.deepEqual(read, byWs);
    },
  }),
];
