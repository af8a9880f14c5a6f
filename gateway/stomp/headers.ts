import type { Frame, FrameHeaders } from './frame.ts';
import { StompError } from './stomp-error.ts';
import type { Version } from './version.ts';

/**
 * Header entries as they are meant. 1.0 knows no escapes, and its own examples have a space behind the colon; 1.1 has `\n`, `\c` and `\\`;
 * 1.2 has `\r` too, and takes any other for a fatal error. In 1.1 others stay as they are: stompjs 2.3 speaks 1.1 and escapes nothing.
 */
export function readHeaders(spelled: FrameHeaders, version: Version): FrameHeaders {
  const headers = new Map<string, string>();
  for (const [name, value] of spelled) {
    const meant = readText(name, version);
    if (!headers.has(meant)) headers.set(meant, readText(value, version));
  }
  return headers;
}

function readText(text: string, version: Version): string {
  if (version === '1.0') return text.trim();
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.?)/gs, (written, letter: string) => {
    if (letter === 'n') return '\n';
    if (letter === 'c') return ':';
    if (letter === '\\') return '\\';
    if (version === '1.1') return written;
    if (letter === 'r') return '\r';
    throw new StompError('undefined escape in a header');
  });
}

/**
 * Header entries of CONNECT, which has no escapes in any version. Spaces around a name are taken off, as ActiveMQ does it: a second
 * `login ` must not come past us.
 */
export function readConnectHeaders(frame: Frame): FrameHeaders {
  const { headers } = frame;
  const isOld = !headers.has('accept-version');
  const read = new Map<string, string>();
  for (const [name, value] of headers) {
    const plain = name.trim();
    if (!read.has(plain)) read.set(plain, isOld ? value.trim() : value);
  }
  return read;
}

/** Header entries as they are spelled. In 1.0, which has no escapes, an entry that would break its line is left out. */
export function encodeHeaders(headers: FrameHeaders, version: Version): FrameHeaders {
  const spelled = new Map<string, string>();
  for (const [name, value] of headers) {
    if (version !== '1.0') spelled.set(encodeText(name, version), encodeText(value, version));
    else if (!/[\r\n:]/.test(name) && !/[\r\n]/.test(value)) spelled.set(name, value);
  }
  return spelled;
}

function encodeText(text: string, version: Version): string {
  if (!/[\\:\r\n]/.test(text)) return text;
  const spelled = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(':', '\\c');
  return version === '1.2' ? spelled.replaceAll('\r', '\\r') : spelled;
}
