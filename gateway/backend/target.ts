import { RefusedError } from '../base/errors.ts';
import { urlHost } from '../base/url-host.ts';
import type { Handshake } from './backend.ts';
import type { TlsIdentity } from './dial.ts';

/** A WebSocket server behind a route. It comes from the configuration, never from a client. */
export interface UpstreamTarget {
  /** wss: TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Replaces the route's path in the client's; absent: the client's path is sent whole. */
  readonly path: string | undefined;
  /** `Host` sent upstream; absent: the client's. */
  readonly host: string | undefined;
  /** Header fields set on every handshake, by lower-case name. They replace the client's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the route in `Via`, by which a loop is noticed; absent: it is not. */
  readonly pseudonym?: string;
  /** It is a whole application (`--app`): no option of a route names it. @default false */
  readonly isApp?: boolean;
  /** Certificates that are trusted in place of the system's, in PEM form. */
  readonly ca?: string | Buffer;
  /** Certificate and key that it is shown; absent: none. */
  readonly identity?: TlsIdentity;
}

/** Scheme, host and port: for log lines and as the base of a URL. */
export function targetOrigin(target: UpstreamTarget): string {
  return `${target.secure ? 'wss' : 'ws'}://${urlHost(target.hostname)}:${target.port}`;
}

/** For log lines, without credentials. */
export function targetName(target: UpstreamTarget): string {
  const address = targetOrigin(target) + (target.path ?? '');
  return target.isApp === true ? `application at ${address}` : address;
}

/**
 * Path and query of the handshake upstream, mapped as nginx's `proxy_pass` does
 * (nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass), without its doubled slash for a
 * prefix that ends with one.
 *
 * @throws RefusedError 400 for characters that may not stand in a request line, and for dot
 * segments: an upstream that resolves them would leave the path that the route opens.
 */
export function targetPath(target: Pick<UpstreamTarget, 'path'>, handshake: Handshake): string {
  const url = target.path === undefined ? handshake.url : join(target.path, handshake.rest);
  if (!requestTarget.test(url) || hasDotSegment(url)) {
    throw new RefusedError('unusable request target', 400, { remedy: CLIENTS_FAULT });
  }
  return url;
}

const CLIENTS_FAULT = { advice: 'the client has to send another path' };

/**
 * Visible ASCII without a fragment. A fallback client sends its URL in a request body, where any
 * character can stand.
 */
const requestTarget = /^\/[!"$-~]*$/;

function join(base: string, rest: string): string {
  return rest.startsWith('/') && base.endsWith('/') ? base + rest.slice(1) : base + rest;
}

/** As the WHATWG URL Standard reads them: `%2e` is a dot and a backslash a slash. */
function hasDotSegment(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  if (path.includes('\\')) return true;
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}
