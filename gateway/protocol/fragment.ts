import { Message } from './message.ts';

/**
 * Splits a message into fragments of at most `limit` bytes, so that no carrier's budget is exceeded
 * by one message and a cut costs at most one fragment. For text `limit` counts UTF-16 units, and
 * text is split between code points: half a surrogate pair has no UTF-8. The fragments share the
 * memory of the message.
 */
export function fragment(message: Message, limit: number): Message[] {
  if (message.size <= limit) return [message];
  message.keep();
  return message.binary ? splitBytes(message.bytes, limit) : splitText(message.text, limit);
}

function splitBytes(bytes: Buffer, limit: number): Message[] {
  const fragments: Message[] = [];
  for (let at = 0; at < bytes.length; at += limit)
    fragments.push(Message.fragment(bytes.subarray(at, at + limit)));
  return fragments;
}

function splitText(text: string, limit: number): Message[] {
  const fragments: Message[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + limit, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    // A limit of one unit must not loop on a pair.
    if (end === at) end = at + 2;
    fragments.push(Message.fragment(text.slice(at, end)));
    at = end;
  }
  return fragments;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
