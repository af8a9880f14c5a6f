import { isFallback } from '../transport/fallback-path.ts';

/** The token of a carrier without a body (PROTOCOL.md §1), behind the name of a node. */
const TOKEN = /(\/_fallback\/[^/]*\/(?:[^/]*~\/)?)[^/]+(?=\/)/;
/** The id of a session of SockJS (SockJS 0.3.3, "Base URL"). */
const SOCKJS =
  /(\/[^/.]+\/)[^/.]+(?=\/(?:xhr|xhr_send|xhr_streaming|eventsource|htmlfile|jsonp|jsonp_send|websocket)$)/;

/**
 * A path without the keys to sessions: tokens, ids of SockJS, and path parameters, in which Java
 * servers have theirs (`;jsessionid=…`).
 */
export function withoutSecrets(path: string): string {
  const bare = path.replaceAll(/;[^/]*/g, '');
  return bare.replace(isFallback(bare) ? TOKEN : SOCKJS, '$1-');
}
