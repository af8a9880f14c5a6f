import { randomBytes } from 'node:crypto';
import type { DowngradeReason } from './downgrades.ts';
import type { Log } from './log.ts';
import { defaultWording, type Remedy, remedyText } from './remedy.ts';
import { shown } from './shown.ts';

/** Whose connection it is: on its first and on its last line. */
export interface ConnectionClient {
  readonly remoteAddress: string;
  /** The page's origin, as far as it is known. */
  readonly origin?: string | undefined;
  /** The user that a trusted proxy or the auth server named. */
  readonly user?: string | undefined;
}

/** What is known when a connection opens. */
export interface OpenedConnection extends ConnectionClient {
  /** Public id of the connection, made by `connectionId`. It is on every line about it. */
  readonly session: string;
  /** Name of the transport, as in docs/transports.md. */
  readonly transport: string;
  /** Absent: the frames are those of the transport itself. */
  readonly dialect?: string | undefined;
  /** The selected subprotocol, or the empty string. */
  readonly protocol: string;
}

/** Why the gateway broke a connection off. */
export interface Failure {
  readonly reason?: string;
  /** Code of the gateway's error (docs/errors.md) or of `ws`. */
  readonly error?: string;
  /** The option that decides it. */
  readonly option?: string;
}

/** What is known when it closes. A count that nobody took is left out. */
export interface ClosedConnection extends Failure {
  /** Close code of RFC 6455 §7.4; 1006 if the connection ended without a Close. */
  readonly code: number | undefined;
  /** Who ended it. */
  readonly by: 'client' | 'backend' | 'gateway';
  /** Names of the transports that carried it, in the order of their first use. */
  readonly carriers?: string;
  /** Of a session: from which carrier it moved to which, and why. */
  readonly moves?: string;
  /** Why it was on a fallback, or on a worse one than it might be (downgrades.ts). */
  readonly downgraded?: DowngradeReason;
  /** Messages and bytes of payload that the client sent. */
  readonly messagesIn?: number | undefined;
  readonly bytesIn?: number | undefined;
  /** Messages and bytes of payload that the backend sent. */
  readonly messagesOut?: number | undefined;
  readonly bytesOut?: number | undefined;
}

/** A new public id for a connection: eight characters that tell nothing of its token. */
export function connectionId(): string {
  return randomBytes(6).toString('base64url');
}

/**
 * Logs that a connection opened. Answers the connection's own log, whose lines all carry its id.
 */
export function logOpened(log: Log, { session, origin, user, ...fields }: OpenedConnection): Log {
  const scoped = log.with({ session });
  scoped.info('connection opened', {
    ...fields,
    ...(origin !== undefined && { origin: shown(origin) }),
    ...(user !== undefined && { user: shown(user) }),
  });
  return scoped;
}

/** Logs that a connection closed. `log` is its own; `duration` is in milliseconds. */
export function logClosed(
  log: Log,
  { remoteAddress, origin, user }: ConnectionClient,
  closed: ClosedConnection,
  duration: number,
): void {
  const found = closed.by === 'gateway' ? remedyOf(closed) : undefined;
  log.info('connection closed', {
    remoteAddress,
    ...(origin !== undefined && { origin: shown(origin) }),
    ...(user !== undefined && { user: shown(user) }),
    ...closed,
    ...(found && { remedy: remedyText(found, log.wording ?? defaultWording) }),
    durationMs: Math.round(duration),
  });
}

/** What raises the bound at which the gateway broke a connection off (docs/errors.md). */
function remedyOf({ code, reason = '' }: ClosedConnection): Remedy | undefined {
  const key = reason === 'too many fragments' ? undefined : (RAISED[reason] ?? RAISED[String(code)]);
  return key === undefined ? undefined : { add: { key } };
}

/** Options by the reason of a Close; without one by its code. */
const RAISED: Readonly<Record<string, string>> = {
  1009: 'maxMessage',
  'too slow': 'maxBuffered',
  'too much unread': 'maxBuffered',
  'out of memory': 'memory',
  'too many messages': 'messageRate',
  'too many bytes': 'byteRate',
  'session too old': 'maxSessionAge',
};
