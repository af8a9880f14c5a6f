import type { Message } from './message.ts';

/** Bytes of payload above which a message is not copied behind a head of its own. */
export const LONGEST_COPIED = 16_384;

/** Heads of text frames of so many bytes as the index says. */
const SHORT_HEADS = Array.from({ length: 126 }, (_, size) => `\x81${String.fromCharCode(size)}`);

/**
 * A message as one unmasked frame (RFC 6455 §5.2) of at most `LONGEST_COPIED` bytes of payload: as
 * bytes, or as a string of Latin-1. A message that goes to several clients is encoded once.
 */
export function serverFrame(message: Message): string | Buffer {
  const { serverFrame: memo, data } = message;
  if (memo !== undefined && memo !== 'once') return memo;
  if (memo === undefined && typeof data === 'string' && message.isAscii) {
    // Most messages go to one client, and the network takes a string without a copy in a `Buffer`.
    if (message.mayRemember) message.serverFrame = 'once';
    return asciiHead(data.length) + data;
  }
  const frame = frameOfBytes(message);
  if (message.mayRemember) message.serverFrame = frame;
  return frame;
}

function asciiHead(size: number): string {
  return SHORT_HEADS[size] ?? `\x81\x7e${String.fromCharCode(size >> 8, size & 0xff)}`;
}

function frameOfBytes({ size, binary, data }: Message): Buffer {
  const start = size < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(start + size);
  frame[0] = binary ? 0x82 : 0x81;
  if (start === 2) frame[1] = size;
  else {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
  }
  if (typeof data === 'string') frame.write(data, start);
  else frame.set(data, start);
  return frame;
}
