import { isUtf8 } from 'node:buffer';
import { Message } from '../protocol/message.ts';
import type { Frame } from './frame.ts';

/** A heart-beat. */
export const EOL: Message = Message.text('\n');

/**
 * The bytes of a frame whose headers are spelled as they are to travel. `content-length` is ours, and stands wherever there is a body:
 * ActiveMQ leaves it out of text messages, and without it stompjs 2.3 builds the body character by character.
 */
export function serialize(frame: Frame): Buffer {
  const { body } = frame;
  let head = `${frame.command}\n`;
  for (const [name, value] of frame.headers) {
    if (name !== 'content-length') head += `${name}:${value}\n`;
  }
  if (body.length > 0 || frame.headers.has('content-length')) head += `content-length:${body.length}\n`;
  head += '\n';
  const headLength = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headLength + body.length + 1);
  bytes.write(head, 'utf8');
  body.copy(bytes, headLength);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

/**
 * A frame as one message: text if it is valid UTF-8, else binary. Browser clients of STOMP read text, and of binary messages the older
 * ones make Latin-1.
 */
export function toMessage(frame: Frame): Message {
  const bytes = frame.bytes ?? serialize(frame);
  return isUtf8(bytes) ? Message.utf8(bytes) : Message.binary(bytes);
}
