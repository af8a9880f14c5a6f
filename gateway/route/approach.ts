import type { HandshakeEnd, SeenHandshake, SeenHandshakes } from '../base/seen-handshakes.ts';
import type { RequestHead } from '../http/exchange.ts';
import { handshakeKey } from '../native/pending-handshakes.ts';
import type { Approach } from '../session/approach.ts';
import { type CreateRequest, pathOf } from '../transport/create.ts';

/** Reports what became of the last handshake with this key, at once or soon. */
export type FindSeen = (key: string, report: (seen: SeenHandshake | undefined) => void) => void;

/** The key of a browser's handshakes for one address. `path` is that of the WebSocket's URL. */
export function seenKey(client: Pick<RequestHead, 'remoteAddress' | 'header'>, path: string): string {
  return `${handshakeKey(client)} ${path}`;
}

/** Remembers what became of a handshake. */
export function saw(seen: SeenHandshakes, head: RequestHead, end: HandshakeEnd): void {
  seen.add(seenKey(head, head.path), end);
}

/** How the client of a `create` came to it, when the other nodes have answered. */
export function approachOf(head: RequestHead, request: CreateRequest, find: FindSeen): Promise<Approach> {
  const { steps, protocols, url } = request;
  const approach: Approach = { steps, wantsProtocol: protocols.length > 0, handshake: undefined };
  const outcome = steps?.websocket;
  // A client that did not try has no handshake: one that arrived is of another page.
  if (steps === undefined || outcome === 'no answer' || outcome === 'refused') {
    const key = seenKey(head, pathOf(url));
    return new Promise((resolve) => {
      find(key, (handshake) => resolve({ ...approach, handshake }));
    });
  }
  return Promise.resolve(approach);
}
