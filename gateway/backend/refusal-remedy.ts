import type { RefusedError } from '../base/errors.ts';
import { type Remedy, routeSettings } from '../base/remedy.ts';
import { appSocketRemedy } from './app-remedy.ts';
import { failureKind } from './failure.ts';

/** A request to a backend, as far as a remedy depends on it. */
export interface BackendRequest {
  /** Path of the route. */
  readonly route: string;
  /** Address of the backend: scheme, host, port, path. */
  readonly backend: string;
  readonly host: string;
  readonly origin: string | undefined;
}

const UNREACHED: Remedy = { advice: 'start the server, or give the route another address' };

/** What the operator can do about a backend that refused; undefined where nothing is known. */
export function backendRemedy(error: RefusedError, request: BackendRequest): Remedy | undefined {
  const app = /^application at (.*)$/.exec(request.backend)?.[1];
  if (app !== undefined) return error.remedy ?? appSocketRemedy(error, app);
  // A handler has no address that could be wrong.
  if (error.remedy !== undefined || !/^\w+:\/\//.test(request.backend)) return error.remedy;
  if (error.status !== undefined) return statusRemedy(error.status, request);
  switch (failureKind(error.cause)) {
    case 'unreached':
      return UNREACHED;
    case 'descriptors':
      return { advice: 'raise ulimit -n' };
    case 'no TLS':
      return otherScheme(request, 'the server does not speak TLS');
    case 'TLS':
      return otherScheme(request, 'the server speaks TLS');
    case 'closed':
      return isSecure(request) ? undefined : otherScheme(request, 'if the server speaks TLS');
    case 'untrusted':
      return {
        add: routeSettings(request.route, request.backend, "ca: 'FILE.pem'"),
        advice: 'FILE.pem holds the certificate of who signed it, or its own if nobody did',
      };
    case 'expired':
      return { advice: 'renew the certificate of the server' };
    case 'not valid yet':
      return { advice: 'set the clocks of both machines' };
    case 'other name':
      return nameRemedy(request, error.cause);
    default:
      return undefined;
  }
}

function isSecure({ backend }: BackendRequest): boolean {
  return /^(?:wss|stomps):/.test(backend);
}

/** The same address with TLS, or without. */
function otherScheme(request: BackendRequest, advice: string): Remedy | undefined {
  const { backend } = request;
  const other = isSecure(request)
    ? backend.replace(/^(ws|stomp)s:/, '$1:')
    : backend.replace(/^(ws|stomp):/, '$1s:');
  return other === backend ? undefined : { add: routeTo(request, other), advice };
}

function routeTo({ route }: BackendRequest, backend: string) {
  return { key: 'routes', value: `${route || '/'}=${backend}`, isList: true };
}

/** Node's error has the certificate, whose names are `DNS:feed.intranet, DNS:*.feed.intranet`. */
function nameRemedy(request: BackendRequest, cause: unknown): Remedy {
  const { cert } = cause as { cert?: { subjectaltname?: string } };
  const name = /(?:^|, )DNS:([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?:,|$)/i.exec(cert?.subjectaltname ?? '')?.[1];
  if (name === undefined)
    return { advice: 'the address of the route has to have the name of the certificate' };
  const named = request.backend.replace(/^(\w+:\/\/)(?:\[[^\]]*\]|[^:/]*)/, `$1${name}`);
  return { add: routeTo(request, named) };
}

function statusRemedy(status: number, request: BackendRequest): Remedy | undefined {
  switch (status) {
    case 400:
      return isSecure(request) ? undefined : otherScheme(request, 'if that port speaks TLS');
    case 401:
      return { advice: 'the server wants a login; it sees the cookies and Authorization of the page' };
    case 403:
      return originRemedy(request);
    case 404:
      return {
        add: routeTo(request, `${request.backend.replace(/\/$/, '')}/PATH`),
        advice: 'PATH is where the server has its WebSocket',
      };
    default:
      return undefined;
  }
}

/**
 * Most servers compare the page's Origin with Host. Where a page is not of the gateway's own
 * origin, the server has to see the page's host as its own. Where it is, the server compares more,
 * such as scheme and port, and sees those of the gateway.
 */
function originRemedy(request: BackendRequest): Remedy | undefined {
  const { route, backend, host, origin } = request;
  if (origin === undefined) return undefined;
  const compares = 'the server may have refused the Origin; it compares it with Host, scheme and port';
  const page = /^https?:\/\/([a-z0-9_.:[\]-]+)$/i.exec(origin)?.[1];
  const own = /^\w+:\/\/([a-z0-9_.:[\]-]+)/i.exec(backend)?.[1];
  if (own === undefined) return undefined;
  const isOther = page !== undefined && page.toLowerCase() !== host.toLowerCase();
  const asServers = `host: '${own}', headers: { origin: '${isSecure(request) ? 'https' : 'http'}://${own}' }`;
  const settings = isOther ? `host: '${page}'` : asServers;
  return { add: routeSettings(route, backend, settings), advice: compares };
}
