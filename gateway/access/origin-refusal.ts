import { RequestError } from '../base/errors.ts';
import { serializeOrigin } from '../base/origin.ts';
import type { Remedy } from '../base/remedy.ts';
import type { RequestHead } from '../http/request-head.ts';

const NO_TLS_KNOWN =
  'the page is https and the gateway takes itself for http; the option --trusted-proxy names the proxy that speaks TLS';
const NOT_BELIEVED =
  'the page is of the host that a proxy names; the option --trusted-proxy has that proxy believed';

/**
 * The refusal of a page whose origin is not allowed. `own` is the gateway's as it sees it. The two
 * may differ only because a proxy in front is not trusted; then listing the page's origin would be
 * the wrong cure.
 */
export function originRefused(head: RequestHead, origin: string, own: string): RequestError {
  const page = origin === 'null' ? origin : serializeOrigin(origin);
  if (page === undefined) return new RequestError('GW_ORIGIN', undefined, NO_ORIGIN);
  const proxy = proxyOf(head);
  if (proxy === undefined) return listed(page, behindTrusted(page, own));
  if (page === claimedOrigin(head, own)) return proxyRefused(NOT_BELIEVED, page, own, proxy, undefined);
  const advice = 'and let that proxy send X-Forwarded-Proto';
  if (differsByTls(page, own)) return proxyRefused(NO_TLS_KNOWN, page, own, proxy, advice);
  return listed(page, portAdvice(page, own));
}

/**
 * The refusal of a page that states another origin than its request shows, without an `Origin` to
 * go by. Old engines send none to their own origin, so the cause may be a proxy, as above.
 */
export function statedRefused(head: RequestHead, stated: string, shown: string): RequestError {
  const proxy = proxyOf(head);
  const reason = 'the stated origin is not that of the request';
  if (proxy !== undefined) {
    const isBelieved = stated === claimedOrigin(head, shown);
    if (isBelieved) return proxyRefused(reason, stated, shown, proxy, undefined);
    const advice = 'and let that proxy send X-Forwarded-Proto';
    if (differsByTls(stated, shown)) return proxyRefused(reason, stated, shown, proxy, advice);
  }
  return new RequestError('GW_ORIGIN', reason, {
    advice: "let proxies pass the page's Host and Origin on: in nginx, proxy_set_header Host $http_host",
  });
}

const NO_ORIGIN: Remedy = { advice: 'the Origin field is no origin that an option could add' };

function listed(page: string, advice: string | undefined): RequestError {
  return new RequestError('GW_ORIGIN', undefined, {
    add: { key: 'origin', value: page, isList: true },
    advice,
  });
}

function proxyRefused(
  known: string,
  page: string,
  own: string,
  proxy: string,
  advice: string | undefined,
): RequestError {
  const reason = known === NOT_BELIEVED && differsByTls(page, own) ? NO_TLS_KNOWN : known;
  return new RequestError('GW_ORIGIN', reason, {
    add: { key: 'trustedProxy', value: proxy, isList: true },
    advice,
  });
}

/**
 * The address of the connection, unless it is already believed: then the client's is another. It
 * ends `forwardedFor`.
 */
function proxyOf({ forwardedFor, remoteAddress }: RequestHead): string | undefined {
  return forwardedFor === remoteAddress && remoteAddress !== '' ? remoteAddress : undefined;
}

/** The gateway's own origin if the X-Forwarded fields were believed; undefined without any. */
function claimedOrigin(head: RequestHead, own: string): string | undefined {
  const scheme = last(head.header('x-forwarded-proto'));
  const host = last(head.header('x-forwarded-host'));
  if (scheme === undefined && host === undefined) return undefined;
  const [ownScheme = '', ownHost = ''] = own.split('://');
  return serializeOrigin(`${scheme ?? ownScheme}://${host ?? ownHost}`);
}

function last(list: string | undefined): string | undefined {
  return list?.split(',').at(-1)?.trim().toLowerCase() || undefined;
}

/** The same host and port, but for https in front of http. */
function differsByTls(page: string, own: string): boolean {
  return page.startsWith('https://') && own === `http://${page.slice('https://'.length)}`;
}

function behindTrusted(page: string, own: string): string | undefined {
  if (differsByTls(page, own)) return 'or let the trusted proxy send X-Forwarded-Proto';
  return portAdvice(page, own);
}

/** nginx's `$host` is the name without the port, which the page's origin has. */
function portAdvice(page: string, own: string): string | undefined {
  if (page === 'null') return 'which lets in every page that is opened from a file or sandboxed';
  const isWithoutPort = page.startsWith(`${own}:`);
  return isWithoutPort ? 'or let the proxy keep the port: proxy_set_header Host $http_host' : undefined;
}
