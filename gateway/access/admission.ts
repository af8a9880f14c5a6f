import { RequestError } from '../base/errors.ts';
import { originOfUrl, serializeOrigin } from '../base/origin.ts';
import type { RequestHead } from '../http/exchange.ts';
import type { HostNames } from './hosts.ts';
import { type OriginMatch, type OriginPolicy, ownOrigin } from './origins.ts';

/** Who may come in through a route. */
export interface Access {
  readonly hosts: HostNames;
  readonly origins: OriginPolicy;
}

/**
 * Whether a `create` may open a session for a page that calls itself `claimed`: the steps of PROTOCOL.md §3.1, the first that refuses decides.
 * Throws a `RequestError` 421 or 403; else tells why the page is allowed.
 */
export function admitCreate(access: Access, head: RequestHead, claimed: string): OriginMatch {
  access.hosts.check(head.host);
  const own = ownOrigin(head);
  const vouched = admitOrigin(access.origins, head, own) ?? admitReferer(access.origins, head, own);
  if (isBridge(head, vouched, own)) return admitBridged(access.origins, claimed, own);
  if (!isSame(claimed, vouched?.origin ?? own)) throw refused('the stated origin is not that of the request');
  return vouched?.match ?? 'own';
}

/**
 * Whether an Upgrade may open a connection. One without `Origin` comes from no browser of today, unless the browser says itself that it is a cross-site one.
 * Throws a `RequestError` 421 or 403; else tells why it is allowed.
 */
export function admitUpgrade(access: Access, head: RequestHead): OriginMatch {
  access.hosts.check(head.host);
  return admitOrigin(access.origins, head, ownOrigin(head), upgradeOrigin(head))?.match ?? 'own';
}

/**
 * The origin of the page that asks for an Upgrade. Browsers of the drafts up to draft-ietf-hybi-thewebsocketprotocol-10 (Firefox 6 and 7, Chrome 14) say it
 * in a field of another name.
 */
export function upgradeOrigin(head: RequestHead): string | undefined {
  return head.header('origin') ?? head.header('sec-websocket-origin');
}

/**
 * Whether a request may open a SockJS session, which begins with whatever request comes first. Without `Origin` it is one of no browser, of an old one, or a GET of the
 * gateway's own page; a Referer then tells, and a script tag or a form (`isCallback`), which any page can make, needs one. Throws a `RequestError` 403; else
 * returns the page's origin, as far as it is known.
 */
export function admitSockJs(access: Access, head: RequestHead, isCallback: boolean): string | undefined {
  const own = ownOrigin(head);
  const origin = sockJsOrigin(head);
  if (origin !== undefined) return admitOrigin(access.origins, head, own, origin)?.origin;
  if (isCallback) throw refused('no Origin, and no Referer that stands in for it');
  admitOrigin(access.origins, head, own);
  return undefined;
}

/**
 * Whether a request may use the SockJS session of a page of `origin`, whose id is no secret as a token is. What is known of the page decides as when a session is opened:
 * script tags bring no `Origin` and the forms of old engines none, so that a `Referer` of another page refuses; without any, `isCallback` is refused.
 */
export function mayUseSockJs(head: RequestHead, origin: string, isCallback: boolean): boolean {
  const present = sockJsOrigin(head);
  if (present !== undefined) return isSame(present, origin);
  return !isCallback && !isOfAnotherSite(head);
}

/**
 * Whether nothing tells of the page, and it is a browser's request: a form of any page can be one in engines that say no `Origin` of forms (IE, Firefox up to 69), once the
 * `Referer` is suppressed. Programs that are no browser send what they were told to send.
 */
export function isUnvouched(head: RequestHead): boolean {
  if (sockJsOrigin(head) !== undefined || head.header('sec-fetch-site') === 'same-origin') return false;
  return BROWSER.test(head.header('user-agent') ?? '');
}

const BROWSER = /^(?:Mozilla|Opera)\//;

function sockJsOrigin(head: RequestHead): string | undefined {
  const referer = head.header('referer');
  return head.header('origin') ?? (referer === undefined ? undefined : originOfUrl(referer));
}

/**
 * Whether a request that has the token may use the session of a page of `origin`. One of the gateway's own origin may: the bridge is there, and makes the requests
 * of other origins' sessions. `Host` has been checked.
 */
export function mayUse(head: RequestHead, origin: string): boolean {
  const present = head.header('origin');
  return present === undefined || isSame(present, origin) || isSame(present, ownOrigin(head));
}

/** Old engines spell default ports out in one place and not in the other. */
function isSame(a: string, b: string): boolean {
  return a === b || (serializeOrigin(a) ?? a) === (serializeOrigin(b) ?? b);
}

/** An origin that something of the request vouches for. */
interface Vouched {
  readonly origin: string;
  readonly match: OriginMatch;
}

/** Steps 2 and 3. Undefined: no `Origin`, and no word against it. */
function admitOrigin(
  origins: OriginPolicy,
  head: RequestHead,
  own: string,
  origin = head.header('origin'),
): Vouched | undefined {
  if (origin !== undefined) {
    const match = origins.match(origin, own);
    if (match === undefined) throw refused('this origin is not allowed; the option --origin adds one');
    return { origin, match };
  }
  if (isOfAnotherSite(head)) throw refused('a request of another site needs an Origin');
  return undefined;
}

/** The browser says so itself. */
function isOfAnotherSite(head: RequestHead): boolean {
  const site = head.header('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}

/** Step 4: only same-origin script can set a header without a preflight; otherwise a Referer has to stand in. */
function admitReferer(origins: OriginPolicy, head: RequestHead, own: string): Vouched | undefined {
  const referer = head.header('referer');
  const origin = referer === undefined ? undefined : originOfUrl(referer);
  const match = origin === undefined ? undefined : origins.match(origin, own);
  if (origin !== undefined && match !== undefined) return { origin, match };
  if (!SAME_ORIGIN_MARK.test(head.header('x-fallback') ?? ''))
    throw refused('no Origin, and nothing that stands in for it');
  // A Referer may make the rule stricter, never looser: one of another origin contradicts the header.
  if (origin !== undefined) throw refused('the Referer is not of an allowed origin');
  return undefined;
}

/** `X-Fallback`: of a page of the gateway's own origin for itself, or of the bridge for a page of another. */
const SAME_ORIGIN_MARK = /^(?:create|bridge)$/;

/** Step 5 for the bridge. The header proves script of the gateway's own origin, unless something of the request says that it is of another. */
function isBridge(head: RequestHead, vouched: Vouched | undefined, own: string): boolean {
  return head.header('x-fallback') === 'bridge' && isSame(vouched?.origin ?? own, own);
}

/** The browser has told the bridge which origin the page is of; that origin has to be allowed as if it had asked itself. */
function admitBridged(origins: OriginPolicy, claimed: string, own: string): OriginMatch {
  const match = origins.match(claimed, own);
  if (match === undefined) throw refused('this origin is not allowed; the option --origin adds one');
  return match;
}

function refused(message: string): RequestError {
  return new RequestError('GW_ORIGIN', message);
}
