import { Message } from './message.ts';

/**
 * Splits a message into fragments of at most `limit` bytes (of text: about that, as UTF-16 units are counted), so that no carrier's budget is exceeded by one
 * message and a cut costs at most one fragment. Text is split between code points: half a surrogate pair has no UTF-8.
 */
export function fragment(message: Message, limit: number): Message[] {
  if (message.size <= limit) return [message];
  return message.binary ? splitBytes(message.bytes, limit) : splitText(message.text, limit);
}

function splitBytes(bytes: Buffer, limit: number): Message[] {
  const parts: Message[] = [];
  for (let at = 0; at < bytes.length; at += limit) parts.push(Message.binary(bytes.subarray(at, at + limit)));
  return parts;
}

function splitText(text: string, limit: number): Message[] {
  const parts: Message[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + limit, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    // a limit of one unit must not loop on a pair
    if (end === at) end = at + 2;
    parts.push(Message.text(text.slice(at, end)));
    at = end;
  }
  return parts;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** Puts fragments together again; all are of one kind. */
export function join(fragments: readonly Message[]): Message {
  if (fragments.length === 1) return fragments[0] as Message;
  const bytes = Buffer.concat(fragments.map((part) => part.bytes));
  // Text is split between code points: each part is UTF-8, and so is the whole.
  return fragments[0]?.binary ? Message.binary(bytes) : Message.utf8(bytes);
}
