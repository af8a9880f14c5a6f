/** The parts of a request's path in the fallback protocol (PROTOCOL.md §1). */
export interface FallbackAddress {
  /** Path of the WebSocket URL, without trailing slashes. */
  readonly base: string;
  readonly token: string | undefined;
  readonly action: string;
}

const MARK = '/_fallback/';
const VERSION = 'v1/';

/** Whether a path belongs to the fallback protocol, in any version. */
export function isFallback(path: string): boolean {
  return path.includes(MARK);
}

/** Reads a path; undefined if it is not of this version and form. */
export function parseFallbackPath(path: string): FallbackAddress | undefined {
  const mark = path.lastIndexOf(MARK);
  const start = mark + MARK.length;
  if (mark < 0 || !path.startsWith(VERSION, start)) return undefined;
  const rest = path.slice(start + VERSION.length);
  const slash = rest.indexOf('/');
  const base = path.slice(0, mark);
  if (slash < 0) return { base, token: undefined, action: rest };
  return { base, token: rest.slice(0, slash), action: rest.slice(slash + 1) };
}
