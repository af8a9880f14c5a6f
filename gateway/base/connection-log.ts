import { randomBytes } from 'node:crypto';
import type { Log } from './log.ts';

/** What is known when a connection opens. Native connections and fallback sessions log the same fields. */
export interface OpenedConnection {
  /** Public id of the connection, made by `connectionId`. It is on every line about it. */
  readonly session: string;
  readonly route: string;
  readonly remoteAddress: string;
  /** Name of the transport, as in the README's table. */
  readonly transport: string;
  /** The selected subprotocol, or the empty string. */
  readonly protocol: string;
}

/** What is known when it closes. A count that nobody took is left out. */
export interface ClosedConnection {
  /** Milliseconds since it opened. */
  readonly duration: number;
  /** Close code of RFC 6455 §7.4; 1006 if the connection ended without a Close. */
  readonly code: number | undefined;
  /** Who ended it. */
  readonly by: 'client' | 'backend' | 'gateway';
  /** Messages and bytes of payload from the client to the backend. */
  readonly messagesUp?: number | undefined;
  readonly bytesUp?: number | undefined;
  /** Messages and bytes of payload from the backend to the client. */
  readonly messagesDown?: number | undefined;
  readonly bytesDown?: number | undefined;
  /** Transports that carried a session, in order, joined by spaces. */
  readonly carriers?: string | undefined;
}

/** A new public id for a connection: eight characters that say nothing about its token. */
export function connectionId(): string {
  return randomBytes(6).toString('base64url');
}

/** Logs that a connection opened; answers the connection's log, which has `session` and `route` on every line. */
export function logOpened(log: Log, { session, route, ...fields }: OpenedConnection): Log {
  const scoped = log.with({ session, route });
  scoped.info('connection opened', fields);
  return scoped;
}

/** Logs that a connection closed. `log` is the connection's own. */
export function logClosed(log: Log, closed: ClosedConnection): void {
  log.info('connection closed', { ...closed, duration: Math.round(closed.duration) });
}
