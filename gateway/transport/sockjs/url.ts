/**
 * What clients add at the end of the query: requests of scripts have a time, against caches, and
 * callback forms a callback (sockjs-client 1.6, utils/url.js).
 */
export type Added = 'time' | 'callback';

const ADDED: Readonly<Record<Added, RegExp>> = {
  // Milliseconds since 1970, of any clock that is right by some decades.
  time: /^t=\d{12,13}$/,
  callback: /^(?:c|callback)=/,
};

/** The page's URL as a handshake would show it: path and query, without what the client added. */
export function handshakeUrl(base: string, query: string, added?: Added): string {
  const path = base === '' ? '/' : base;
  const own = added === undefined ? query : withoutLast(query, ADDED[added]);
  return own === '' ? path : `${path}?${own}`;
}

function withoutLast(query: string, added: RegExp): string {
  const last = query.lastIndexOf('&');
  return added.test(query.slice(last + 1)) ? query.slice(0, Math.max(0, last)) : query;
}
