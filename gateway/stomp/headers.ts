import { escapeText, unescapeText } from './escapes.ts';
import type { Frame, FrameHeaders } from './frame.ts';
import type { Version } from './version.ts';

/**
 * Decodes header entries. STOMP 1.0 has no escapes, and its own examples have a space after the
 * colon. 1.1 has `\n`, `\c` and `\\`. 1.2 adds `\r` and makes any other escape a fatal error. In
 * 1.1 other escapes stay as they are, because stompjs 2.3 speaks 1.1 and escapes nothing.
 */
export function readHeaders(raw: FrameHeaders, version: Version): FrameHeaders {
  const headers = new Map<string, string>();
  for (const [rawName, value] of raw) {
    const name = decode(rawName, version);
    if (!headers.has(name)) headers.set(name, decode(value, version));
  }
  return headers;
}

function decode(text: string, version: Version): string {
  return version === '1.0' ? text.trim() : unescapeText(text, version);
}

/**
 * Reads the header entries of CONNECT, which has no escapes in any version. Spaces around a name
 * are removed, as ActiveMQ does, so that a second `login ` cannot slip past the relay's rules.
 */
export function readConnectHeaders(frame: Frame): FrameHeaders {
  const { headers } = frame;
  const isOld = !headers.has('accept-version');
  const read = new Map<string, string>();
  for (const [rawName, value] of headers) {
    const name = rawName.trim();
    if (!read.has(name)) read.set(name, isOld ? value.trim() : value);
  }
  return read;
}

/**
 * Encodes header entries. 1.0 has no escapes, so an entry that would break its line is left out.
 */
export function encodeHeaders(headers: FrameHeaders, version: Version): FrameHeaders {
  const encoded = new Map<string, string>();
  for (const [name, value] of headers) {
    if (version !== '1.0') encoded.set(escapeText(name, version), escapeText(value, version));
    else if (!/[\r\n:]/.test(name) && !/[\r\n]/.test(value)) encoded.set(name, value);
  }
  return encoded;
}
