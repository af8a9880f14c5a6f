import { isUtf8 } from 'node:buffer';
import { Message } from '../protocol/message.ts';
import type { Frame } from './frame.ts';

/** A heart-beat. */
export const EOL: Message = Message.text('\n');

/**
 * Writes a frame whose headers are already encoded. `content-length` is always the true length, and
 * is present wherever there is a body: ActiveMQ omits it from text messages, and without it stompjs
 * 2.3 builds the body character by character.
 */
export function serialize(frame: Frame): Buffer {
  let lines = '';
  for (const [name, value] of frame.headers) {
    if (name !== 'content-length') lines += `${name}:${value}\n`;
  }
  return serializeLines(frame.command, lines, frame.body, frame.headers.has('content-length'));
}

/**
 * Writes a frame of encoded header lines, each with its LF and none a `content-length`.
 * `hasLength`: write a `content-length` of 0 too.
 */
export function serializeLines(command: string, lines: string, body: Buffer, hasLength = false): Buffer {
  const length = body.length > 0 || hasLength ? `content-length:${body.length}\n` : '';
  const head = `${command}\n${lines}${length}\n`;
  const headLength = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headLength + body.length + 1);
  bytes.write(head, 'utf8');
  body.copy(bytes, headLength);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

/** A frame as one WebSocket message. */
export function toMessage(frame: Frame): Message {
  return bytesToMessage(frame.bytes ?? serialize(frame));
}

/**
 * The bytes of a frame as one WebSocket message: text if they are valid UTF-8, else binary. Browser
 * clients of STOMP read text; older ones decode binary messages as Latin-1.
 */
export function bytesToMessage(bytes: Buffer): Message {
  return isUtf8(bytes) ? Message.utf8(bytes) : Message.binary(bytes);
}
