/** An address of SockJS below a route (0.3.3, "Static URLs", "Session URLs"). */
export type SockJsAddress = SessionAddress | PageAddress;

/** `<base>/<server>/<session>/<action>`. The server part is for balancers. */
export interface SessionAddress {
  readonly kind: 'session';
  /** Path of the URL that was given to the client. */
  readonly base: string;
  readonly session: string;
  readonly action: string;
}

/** An address that belongs to no session. */
export interface PageAddress {
  readonly kind: 'greeting' | 'info' | 'iframe' | 'library' | 'websocket';
  readonly base: string;
}

const ACTIONS: ReadonlySet<string> = new Set([
  'xhr',
  'xhr_send',
  'xhr_streaming',
  'eventsource',
  'htmlfile',
  'jsonp',
  'jsonp_send',
  'websocket',
]);

/** Name of the script that the iframe page loads. The protocol leaves it open. */
export const LIBRARY = 'iframe.js';

const IFRAME = /^iframe[0-9a-z._-]*\.html$/;

/** Whether a request target, which may have a query, looks like a frequent one. */
export function isFrequent(target: string): boolean {
  const mark = target.indexOf('?');
  const end = mark < 0 ? target.length : mark;
  const action = target.slice(target.lastIndexOf('/', end - 1) + 1, end);
  return ACTIONS.has(action) || action === 'info';
}

/**
 * Reads a path that belongs to the route of `routePath`; undefined if SockJS has no such path. A
 * slash at the end means nothing, as in sockjs 0.3.24.
 */
export function parseSockJsPath(given: string, routePath: string): SockJsAddress | undefined {
  const least = routePath.length;
  if (given.length - least < 2) return { kind: 'greeting', base: routePath };
  const path = given.endsWith('/') ? given.slice(0, -1) : given;
  const slash = path.lastIndexOf('/');
  const action = path.slice(slash + 1);
  const session = ACTIONS.has(action) ? parseSession(path, slash, action, least) : undefined;
  if (session !== undefined) return session;
  const kind = pageOf(action);
  return kind === undefined || isBroken(path, slash, least)
    ? undefined
    : { kind, base: path.slice(0, slash) };
}

function parseSession(path: string, end: number, action: string, least: number): SessionAddress | undefined {
  const beforeSession = path.lastIndexOf('/', end - 1);
  const beforeServer = beforeSession < 1 ? -1 : path.lastIndexOf('/', beforeSession - 1);
  if (beforeServer < least || isBroken(path, beforeServer, least)) return undefined;
  const server = path.slice(beforeServer + 1, beforeSession);
  const session = path.slice(beforeSession + 1, end);
  if (server === '' || session === '' || server.includes('.') || session.includes('.')) return undefined;
  return { kind: 'session', base: path.slice(0, beforeServer), session, action };
}

function pageOf(name: string): PageAddress['kind'] | undefined {
  if (name === 'info' || name === 'websocket') return name;
  if (name === LIBRARY) return 'library';
  return IFRAME.test(name) ? 'iframe' : undefined;
}

/**
 * Behind the route's own path a segment is empty, or browsers read one as two: they take a
 * backslash for a slash (WHATWG URL), and `/\evil.example` would be another host's address in the
 * iframe page.
 */
function isBroken(path: string, end: number, least: number): boolean {
  if (end <= least) return false;
  const segments = path.slice(least, end).concat('/');
  return segments.includes('//') || segments.includes('\\');
}
