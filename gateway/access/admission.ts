import { RequestError } from '../base/errors.ts';
import { originOfUrl, serializeOrigin } from '../base/origin.ts';
import type { RequestHead } from '../http/request-head.ts';
import { originRefused, statedRefused } from './origin-refusal.ts';
import { type OriginMatch, type OriginPolicy, ownOrigin } from './origins.ts';

/**
 * Which pages may use a route. Every function below relies on a `Host` that was accepted: the
 * router checks it before a request gets anywhere (PROTOCOL.md §3.1, step 1).
 */
export interface Access {
  readonly origins: OriginPolicy;
}

/**
 * Admits a `create` for a page that states `claimed` as its origin: steps 2 to 6 of PROTOCOL.md
 * §3.1, and the first that refuses decides. Throws a `RequestError` `GW_ORIGIN`; otherwise says why
 * the page is allowed.
 */
export function admitCreate({ origins }: Access, head: RequestHead, claimed: string): OriginMatch {
  const own = ownOrigin(head);
  const evidence = admitOrigin(origins, head, own) ?? admitReferer(origins, head, own);
  if (isBridge(head, evidence, own)) return admitBridged(origins, head, claimed, own);
  const shown = evidence?.origin ?? own;
  if (!isSame(claimed, shown)) throw statedRefused(head, claimed, shown);
  return evidence?.match ?? 'own';
}

/** Why a page of the request's `Origin` may not come in; undefined if it may, or says none. */
export function foreignOrigin({ origins }: Access, head: RequestHead): RequestError | undefined {
  const origin = head.header('origin');
  const own = ownOrigin(head);
  if (origin === undefined || origins.match(origin, own) !== undefined) return undefined;
  return originRefused(head, origin, own);
}

/**
 * Admits an Upgrade. One without `Origin` comes from a program that is no browser, unless the
 * browser says that it is cross-site. Throws a `RequestError` `GW_ORIGIN`; otherwise says why it is
 * allowed.
 */
export function admitUpgrade({ origins }: Access, head: RequestHead): OriginMatch {
  return admitOrigin(origins, head, ownOrigin(head), upgradeOrigin(head))?.match ?? 'own';
}

/**
 * The origin of the page that opens a WebSocket. Browsers of the drafts up to
 * draft-ietf-hybi-thewebsocketprotocol-10 (Firefox 6 and 7, Chrome 14) name the field otherwise.
 */
export function upgradeOrigin(head: RequestHead): string | undefined {
  return head.header('origin') ?? head.header('sec-websocket-origin');
}

/**
 * Admits a request that opens a SockJS session, which any first request does. A request without
 * `Origin` comes from a program, from an old browser, or is a GET of the gateway's own page; then
 * the `Referer` decides. Script tags and forms (`isCallback`) are open to every page, so they need
 * one of the two fields. Throws a `RequestError` `GW_ORIGIN`; otherwise returns the page's origin,
 * as far as it is known.
 */
export function admitSockJs({ origins }: Access, head: RequestHead, isCallback: boolean): string | undefined {
  const own = ownOrigin(head);
  const origin = sockJsOrigin(head);
  if (origin !== undefined) return admitOrigin(origins, head, own, origin)?.origin;
  if (isCallback) {
    throw refused('no Origin, and no Referer that stands in for it', "the page's Referrer-Policy hides it");
  }
  admitOrigin(origins, head, own);
  return undefined;
}

/**
 * Whether a request may use the SockJS session of a page of `origin`. The session's id is no
 * secret, unlike a token, so the same evidence decides as when a session is opened: script tags
 * send no `Origin` and forms of old engines send none, and then a `Referer` of another page
 * refuses. With neither, `isCallback` is refused.
 */
export function mayUseSockJs(head: RequestHead, origin: string, isCallback: boolean): boolean {
  const present = sockJsOrigin(head);
  if (present !== undefined) return isSame(present, origin);
  return !isCallback && !isOfAnotherSite(head);
}

/**
 * Whether a browser sent the request and nothing in it names the page. Any page can send such a
 * form in engines that send no `Origin` with forms (IE, Firefox up to 69), by suppressing the
 * `Referer`. Programs that are no browser send what their user had them send.
 */
export function isAnonymousPage(head: RequestHead): boolean {
  if (sockJsOrigin(head) !== undefined || head.header('sec-fetch-site') === 'same-origin') return false;
  return BROWSER.test(head.header('user-agent') ?? '');
}

const BROWSER = /^(?:Mozilla|Opera)\//;

function sockJsOrigin(head: RequestHead): string | undefined {
  const referer = head.header('referer');
  return head.header('origin') ?? (referer === undefined ? undefined : originOfUrl(referer));
}

/**
 * Whether a request that has the token may use the session of a page of `origin`. Requests of the
 * gateway's own origin may: the bridge's page has it, and sends the requests of other origins'
 * sessions.
 */
export function mayUse(head: RequestHead, origin: string): boolean {
  const present = head.header('origin');
  return present === undefined || isSame(present, origin) || isSame(present, ownOrigin(head));
}

/** Old engines write the default port in one place and leave it out in the other. */
function isSame(a: string, b: string): boolean {
  return a === b || (serializeOrigin(a) ?? a) === (serializeOrigin(b) ?? b);
}

/** The origin that a field of the request shows, and why it is allowed. */
interface Evidence {
  readonly origin: string;
  readonly match: OriginMatch;
}

/** Steps 2 and 3. Undefined: no `Origin`, and nothing that speaks against the request. */
function admitOrigin(
  origins: OriginPolicy,
  head: RequestHead,
  own: string,
  origin = head.header('origin'),
): Evidence | undefined {
  if (origin !== undefined) {
    const match = origins.match(origin, own);
    if (match === undefined) throw originRefused(head, origin, own);
    return { origin, match };
  }
  if (isOfAnotherSite(head)) {
    throw refused('a request of another site needs an Origin', 'something removes Origin from requests');
  }
  return undefined;
}

/** The browser itself says so. */
function isOfAnotherSite(head: RequestHead): boolean {
  const site = head.header('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}

/**
 * Step 4: only same-origin script can set the header without a preflight. Otherwise a Referer
 * decides.
 */
function admitReferer(origins: OriginPolicy, head: RequestHead, own: string): Evidence | undefined {
  const referer = head.header('referer');
  const origin = referer === undefined ? undefined : originOfUrl(referer);
  const match = origin === undefined ? undefined : origins.match(origin, own);
  if (origin !== undefined && match !== undefined) return { origin, match };
  // A Referer may make the rule stricter, never looser: one of another origin contradicts the
  // header.
  if (origin !== undefined) throw originRefused(head, origin, own);
  if (!SAME_ORIGIN_MARK.test(head.header('x-fallback') ?? '')) {
    throw refused('no Origin, and nothing that stands in for it', 'a program has to send Origin');
  }
  return undefined;
}

/**
 * `X-Fallback`, as set by a page of the gateway's own origin: for itself, or as the bridge for a
 * page of another origin.
 */
const SAME_ORIGIN_MARK = /^(?:create|bridge)$/;

/**
 * Step 5. The header proves script of the gateway's own origin, unless a field shows another
 * origin.
 */
function isBridge(head: RequestHead, evidence: Evidence | undefined, own: string): boolean {
  return head.header('x-fallback') === 'bridge' && isSame(evidence?.origin ?? own, own);
}

/**
 * The bridge knows the page's origin from the browser. That origin has to be allowed, as if the
 * page had sent the request itself.
 */
function admitBridged(origins: OriginPolicy, head: RequestHead, claimed: string, own: string): OriginMatch {
  const match = origins.match(claimed, own);
  if (match === undefined) throw originRefused(head, claimed, own);
  return match;
}

function refused(message: string, advice: string): RequestError {
  return new RequestError('GW_ORIGIN', message, { advice });
}
