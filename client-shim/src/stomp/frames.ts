import { trim } from '../lang/text.ts';

const NUL = '\0';
/** What may stand between frames; a message of nothing else is a heart-beat. */
const BETWEEN = '\r\n' + NUL;

/** One frame of a text. */
export interface ParsedFrame {
  command: string;
  headers: Record<string, string>;
  body: string;
  /** Position behind its NUL. */
  end: number;
}

/**
 * Hands each whole frame of a text to `take` and returns what is left of one that has not ended.
 * `sizeOf` counts the bytes of a text, which is what `content-length` is in. Searches for strings
 * only: JScript's split by a regular expression drops empty parts.
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
    // A head without an end, which a server must not send, costs that frame its body, and no other
    // frame anything.
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

/** Of a repeated header the first counts (STOMP 1.1 and 1.2, "Repeated Header Entries"). */
function addHeader(headers: Record<string, string>, context: string): void {
  const colon = context.indexOf(':');
  const name = trim(context.substring(0, colon));
  // An inherited `constructor` is no string.
  if (colon > 0 && typeof headers[name] !== 'string') headers[name] = trim(context.substring(colon + 1));
}

/**
 * Position of the NUL that ends the body, or -1 while it has not come. A length with no NUL behind
 * it is not believed, as some servers count characters (stomp-broker-js): then the first NUL ends
 * the body.
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
  // A unit of a string is at most three bytes. Looked for first, so that a body that comes in many
  // chunks is counted once.
  let nul = text.indexOf(NUL, start + Math.ceil(length / 3));
  for (; nul >= 0; nul = text.indexOf(NUL, nul + 1)) {
    bytes += sizeOf(text.substring(counted, nul));
    counted = nul;
    if (bytes === length) return nul;
    if (bytes > length) return text.indexOf(NUL, start);
  }
  return -1;
}
