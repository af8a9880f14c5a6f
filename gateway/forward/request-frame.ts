import { detached } from '../base/detached.ts';
import { headerValue, joinedHeaders, type RawHeaders } from '../base/raw-headers.ts';
import { encodeFrame, type FrameReader } from '../cluster/frame.ts';
import type { RequestHead } from '../http/request-head.ts';

/** Which header fields go to the owner. */
export type Fields = 'all' | 'of-session';

/**
 * The fields that a request of a session is judged by, and that the log looks at. A `create`, a
 * request of SockJS and an Upgrade take all with them: a handshake with the backend needs them.
 */
const OF_SESSION: ReadonlySet<string> = new Set([
  'origin',
  'referer',
  'cookie',
  'user-agent',
  'content-type',
  'x-fallback',
  'sec-fetch-site',
  'via',
  'x-forwarded-for',
]);

/** Whether a field goes with requests of a session, by its name as it was sent. */
const known = new Map<string, boolean>();

/** Names that are remembered, and their longest: clients send the same few dozen all the time. */
const MAX_KNOWN = 500;
const LONGEST_KNOWN = 64;

function goesWithSession(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const goes = OF_SESSION.has(name.toLowerCase());
  if (name.length > LONGEST_KNOWN) return goes;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(detached(name), goes);
  return goes;
}

/** Neither a path nor a field has one in it (RFC 9112 §2.2, RFC 9110 §5.5). */
const SEPARATOR = '\n';

/** Flag: it makes a session. */
export const CREATE = 1;
/** Flag: it attaches a session to a carrier that the other node writes (PROTOCOL.md §10). */
export const MEMBER = 2;

/** What of a request's head is encoded. */
export type EncodedHead = Pick<
  RequestHead,
  'method' | 'path' | 'query' | 'remoteAddress' | 'forwardedFor' | 'secure' | 'host' | 'rawHeaders'
>;

/** Encodes a request, or an Upgrade, and the bytes behind its head. */
export function encodeRequest(
  kind: number,
  id: number,
  flags: number,
  head: EncodedHead,
  fields: Fields,
  body: Buffer,
): Buffer {
  const { method, path, query, remoteAddress, forwardedFor, secure, host, rawHeaders } = head;
  let text = method + SEPARATOR + path + SEPARATOR + query + SEPARATOR + remoteAddress;
  text += SEPARATOR + forwardedFor + SEPARATOR + (secure ? '1' : '') + SEPARATOR + host;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (fields === 'all' || goesWithSession(name)) {
      text += SEPARATOR + name + SEPARATOR + rawHeaders[index + 1];
    }
  }
  return encodeFrame(kind, id, 0, flags, text, body);
}

/** The same frame under another id. */
export function renumbered(frame: Buffer, id: number): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32LE(id, 2);
  return copy;
}

/** A request head that came over the link. Who trusts which proxies has been decided. */
export class ForwardedHead implements RequestHead {
  readonly method: string;
  path: string;
  query: string;
  remoteAddress: string;
  forwardedFor: string;
  readonly secure: boolean;
  host: string;
  rawHeaders: RawHeaders;

  constructor(frame: FrameReader) {
    const [method, path, query, address, forwardedFor, secure, host, ...fields] = frame
      .text()
      .split(SEPARATOR);
    this.method = method ?? '';
    this.path = path ?? '';
    this.query = query ?? '';
    this.remoteAddress = address ?? '';
    this.forwardedFor = forwardedFor ?? '';
    this.secure = secure === '1';
    this.host = host ?? '';
    this.rawHeaders = fields;
  }

  get headers(): RequestHead['headers'] {
    return joinedHeaders(this.rawHeaders);
  }

  header(name: string): string | undefined {
    return headerValue(this.rawHeaders, name);
  }

  /** See `Exchange.forgetRequest`. */
  forgetRequest(): void {
    this.remoteAddress = detached(this.remoteAddress);
    this.path = this.query = this.forwardedFor = this.host = '';
    this.rawHeaders = NO_FIELDS;
  }
}

const NO_FIELDS: RawHeaders = [];
