import { trim } from '../lang/text.ts';

const NUL = '\0';
/** Characters between frames. A message of nothing else is a heart-beat. */
const BETWEEN = '\r\n' + NUL;

/** One frame of a text. */
export interface ParsedFrame {
  command: string;
  headers: Record<string, string>;
  body: string;
  /** The position after its NUL. */
  end: number;
}

/**
 * Passes each complete frame of a text to `take` and returns the rest, which is an unfinished
 * frame. `sizeOf` counts the bytes of a text, as `content-length` does. It only searches for
 * strings, because JScript's split by a regular expression drops empty parts.
 */
export function parseFrames(
  text: string,
  sizeOf: (text: string) => number,
  take: (frame: ParsedFrame) => void
): string {
  for (let at = 0; ; ) {
    while (at < text.length && BETWEEN.indexOf(text.charAt(at)) >= 0) at += 1;
    const frame = parseFrame(text, at, sizeOf);
    if (!frame) return text.substring(at);
    take(frame);
    at = frame.end;
  }
}

function parseFrame(text: string, start: number, sizeOf: (text: string) => number): ParsedFrame | null {
  const nul = text.indexOf(NUL, start);
  if (nul < 0) return null;
  const headers: Record<string, string> = {};
  let command = '';
  let at = start;
  for (let context = ' '; context; ) {
    const eol = text.indexOf('\n', at);
    // A server must not send headers without an end. That frame loses its body; other frames are
    // not affected.
    const broken = eol < 0 || eol > nul;
    context = trim(text.substring(at, broken ? nul : eol));
    if (at === start) command = context;
    else addHeader(headers, context);
    if (broken) return { command, headers, body: '', end: nul + 1 };
    at = eol + 1;
  }
  const end = endOfBody(text, at, headers['content-length'], sizeOf);
  return end < 0 ? null : { command, headers, body: text.substring(at, end), end: end + 1 };
}

/** If a header is repeated, the first counts (STOMP 1.1 and 1.2, "Repeated Header Entries"). */
function addHeader(headers: Record<string, string>, context: string): void {
  const colon = context.indexOf(':');
  const name = trim(context.substring(0, colon));
  // An inherited `constructor` is not a string.
  if (colon > 0 && typeof headers[name] !== 'string') headers[name] = trim(context.substring(colon + 1));
}

/**
 * The position of the NUL that ends the body, or -1 if it has not arrived. Some servers count
 * characters instead of bytes (stomp-broker-js). If no NUL follows the stated length, the first NUL
 * ends the body.
 */
function endOfBody(
  text: string,
  start: number,
  header: string | undefined,
  sizeOf: (text: string) => number
): number {
  if (!/^\d+$/.test(header || '')) return text.indexOf(NUL, start);
  const length = parseInt(header as string, 10);
  let bytes = 0;
  let counted = start;
  // A code unit has at most three bytes in UTF-8. The NUL is searched for first, so that a body in
  // many chunks is counted once.
  let nul = text.indexOf(NUL, start + Math.ceil(length / 3));
  for (; nul >= 0; nul = text.indexOf(NUL, nul + 1)) {
    bytes += sizeOf(text.substring(counted, nul));
    counted = nul;
    if (bytes === length) return nul;
    if (bytes > length) return text.indexOf(NUL, start);
  }
  return -1;
}
