import type { Message } from './message.ts';

/** Bytes of payload above which a message is not copied behind a head of its own. */
export const LONGEST_COPIED = 16_384;

/**
 * A message as one unmasked frame (RFC 6455 §5.2) of at most `LONGEST_COPIED` bytes of payload. A
 * message that goes to several clients is encoded once.
 */
export function serverFrame(message: Message): Buffer {
  if (message.serverFrame !== undefined) return message.serverFrame;
  const { size } = message;
  const start = size < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(start + size);
  frame[0] = message.binary ? 0x82 : 0x81;
  if (start === 2) frame[1] = size;
  else {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
  }
  const { data } = message;
  if (typeof data === 'string') frame.write(data, start);
  else frame.set(data, start);
  if (message.mayRemember) message.serverFrame = frame;
  return frame;
}
