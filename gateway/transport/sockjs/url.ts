/** What clients add to the query of single requests: `t` against caches, `c` or `callback` for callback forms (sockjs-client 1.6, utils/url.js). */
const ADDED = /^(?:t=\d*|c=.*|callback=.*)$/;

/** The URL that the page gave, as a handshake would show it: path and query without what the client added at the end. */
export function handshakeUrl(base: string, query: string, isCallback: boolean): string {
  const path = base === '' ? '/' : base;
  if (query === '') return path;
  const parameters = query.split('&');
  const last = parameters.at(-1) ?? '';
  if (ADDED.test(last) && (isCallback || last.startsWith('t='))) parameters.pop();
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}
