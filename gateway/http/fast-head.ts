/** A request head as the fast path reads it. */
export interface FastHead {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** Bytes of the body. */
  readonly length: number;
  /** The client wants the connection closed behind the answer. */
  readonly closes: boolean;
}

/** Bytes of a head that the lane looks for its end in; Node's own bound is the same. */
export const MAX_HEAD = 16_384;

const HEAD_END = '\r\n\r\n';
const REQUEST_LINE = /^(GET|POST|OPTIONS) (\/[!-~]*) HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
/** Controls but for tab, and line ends that are not CR LF: all that requests are smuggled with. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SUSPICIOUS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
/** At most 2^53, and far beyond any bound. */
const LENGTH = /^\d{1,15}$/;

/**
 * Reads a head that begins at `from`. It takes what nearly all requests look like: a plain HTTP/1.1 request with one `Host`, and a body of known length
 * or none. Everything else, right or wrong, is `foreign`: Node's own parser is there for it, so that nothing is read here that could be read in two ways.
 * `incomplete` asks for more bytes. `end` is where the body begins.
 */
export function parseLaneHead(
  bytes: Buffer,
  from: number,
): { head: FastHead; end: number } | 'incomplete' | 'foreign' {
  const end = bytes.indexOf(HEAD_END, from, 'latin1');
  if (end < 0) return bytes.length - from > MAX_HEAD ? 'foreign' : 'incomplete';
  if (end - from > MAX_HEAD) return 'foreign';
  const text = bytes.toString('latin1', from, end);
  if (SUSPICIOUS.test(text)) return 'foreign';
  const lines = text.split('\r\n');
  const request = REQUEST_LINE.exec(lines[0] as string);
  if (request === null) return 'foreign';
  const rawHeaders: string[] = [];
  for (let index = 1; index < lines.length; index++) {
    const field = FIELD.exec(lines[index] as string);
    if (field === null) return 'foreign';
    rawHeaders.push(field[1] as string, field[2] as string);
  }
  const head = judge(request[1] as string, request[2] as string, rawHeaders);
  return head === undefined ? 'foreign' : { head, end: end + HEAD_END.length };
}

/** The fields that say how a request is read. */
function judge(method: string, target: string, rawHeaders: readonly string[]): FastHead | undefined {
  let hosts = 0;
  let length: string | undefined;
  let closes = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    switch (name) {
      case 'host':
        hosts++;
        break;
      case 'content-length':
        if (length !== undefined || !LENGTH.test(value)) return undefined;
        length = value;
        break;
      case 'connection':
        if (!/^(?:keep-alive|close)$/i.test(value)) return undefined;
        closes ||= value.toLowerCase() === 'close';
        break;
      case 'transfer-encoding':
      case 'upgrade':
      case 'expect':
        return undefined;
    }
  }
  if (hosts !== 1) return undefined;
  return { method, target, rawHeaders, length: Number(length ?? 0), closes };
}
