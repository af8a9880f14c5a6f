import { RequestError } from '../base/errors.ts';
import type { OptionValue, Remedy } from '../base/remedy.ts';
import type { RequestHead } from '../http/request-head.ts';
import { isFallback, parseFallbackPath } from '../transport/fallback-path.ts';
import { parseSockJsPath } from '../transport/sockjs/path.ts';

/** Paths of routes that are named in a line of the log. */
const MAX_NAMED = 8;

/** The refusal of a path that belongs to no route. `paths` are those of the routes. */
export function noRoute(path: string, paths: Iterable<string>): RequestError {
  const known = [...paths].map((one) => one || '/');
  const more = known.length > MAX_NAMED ? ', …' : '';
  const routes = known.length === 0 ? 'there are none' : known.slice(0, MAX_NAMED).join(', ') + more;
  const base = parseFallbackPath(path)?.base ?? path;
  if (base.startsWith('/demo/')) {
    const add = { key: 'demo', value: 'true' };
    return new RequestError('GW_NO_ROUTE', undefined, { add, advice: 'for the demo' });
  }
  return new RequestError('GW_NO_ROUTE', undefined, { add: routeTo(base), advice: `the routes: ${routes}` });
}

/** Only a path that needs no quoting: an operator copies it into a command line. */
function routeTo(given: string): OptionValue | undefined {
  const path = given.replace(/\/$/, '');
  if (path.length > 100 || !/^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(path)) return undefined;
  return { key: 'routes', value: `${path}=ws://HOST:PORT`, isList: true };
}

const SOCKET_IO =
  "Socket.IO's polling is plain HTTP, which this route does not pass on; let the client use transports: ['websocket']";

/** The refusal of a plain request to a WebSocket's address. `isOff`: SockJS is not answered. */
export function upgradeRequired(head: PlainHead, isOff: boolean): RequestError {
  const address =
    isOff && head.header('sec-websocket-key') === undefined ? parseSockJsPath(head.path, '') : undefined;
  if (address === undefined || address.kind === 'greeting') return new RequestError('GW_UPGRADE');
  return new RequestError('GW_UPGRADE', undefined, { advice: 'SockJS is off: leave --no-sockjs out' });
}

type PlainHead = Pick<RequestHead, 'path' | 'header'>;

/** The refusal of plain HTTP that an application has below a route. */
export function plainHttp(isSocketIo: boolean): RequestError {
  const advice =
    'let the front proxy send WebSocket and _fallback to the gateway, and plain HTTP to the application (docs/front-proxies.md)';
  return new RequestError('GW_UPGRADE', isSocketIo ? SOCKET_IO : undefined, { advice });
}

/** Pages of the demo, and what is below its routes. */
const DEMO = /^\/(?:laboratory\.html|demo\/.*)?$/;

/** The refusal of a plain request that no route and no page answers. */
export function missingPage(path: string, paths: Iterable<string>): RequestError {
  if (DEMO.test(path)) return noPage({ add: { key: 'demo', value: 'true' }, advice: 'for the demo' });
  if (path === '/crossdomain.xml') return noPage({ add: { key: 'crossdomain', value: 'true' } });
  const sockjs = parseSockJsPath(path, '');
  if (isFallback(path)) return noRoute(path, paths);
  if (sockjs !== undefined && sockjs.kind !== 'greeting' && sockjs.base !== '') {
    return new RequestError('GW_NO_PAGE', undefined, noRoute(sockjs.base, paths).remedy);
  }
  return noPage({ advice: 'send only routes and /shim/ to the gateway' });
}

function noPage(remedy: Remedy): RequestError {
  return new RequestError('GW_NO_PAGE', undefined, remedy);
}
