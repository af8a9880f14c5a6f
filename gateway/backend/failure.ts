import type { IncomingMessage } from 'node:http';
import { RefusedError } from '../base/errors.ts';
import { headerValues } from '../base/raw-headers.ts';

/** What is to be done depends on it. */
export type FailureKind =
  | 'unreached'
  | 'descriptors'
  | 'no TLS'
  | 'TLS'
  | 'closed'
  | 'untrusted'
  | 'expired'
  | 'not valid yet'
  | 'other name';

interface Failure {
  readonly reason: string;
  readonly kind?: FailureKind;
}

const UNTRUSTED: Failure = {
  reason: "its certificate is not trusted; the route's `ca` names the authority that signed it",
  kind: 'untrusted',
};
const CLOSED: Failure = {
  reason: 'the backend closed the connection during the handshake',
  kind: 'closed',
};
const NO_TLS: Failure = { reason: 'the backend does not speak TLS on this port', kind: 'no TLS' };
const TLS: Failure = { reason: 'the backend speaks TLS on this port', kind: 'TLS' };
const NOT_HTTP: Failure = { reason: 'the backend does not speak HTTP' };
const OLD_TLS: Failure = { reason: 'the backend speaks only versions of TLS that are too old' };

/** What error codes of Node, OpenSSL and the system mean for a connection to a backend. */
const failures: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { reason: 'nothing listens there', kind: 'unreached' },
  // A Unix socket.
  ENOENT: { reason: 'nothing listens there', kind: 'unreached' },
  ENOTFOUND: { reason: 'the host name is unknown', kind: 'unreached' },
  EAI_AGAIN: { reason: 'the name server does not answer', kind: 'unreached' },
  ETIMEDOUT: { reason: 'the host does not answer', kind: 'unreached' },
  EHOSTUNREACH: { reason: 'the host cannot be reached', kind: 'unreached' },
  ENETUNREACH: { reason: 'the network cannot be reached', kind: 'unreached' },
  EMFILE: { reason: 'the gateway has no file descriptor left', kind: 'descriptors' },
  ENFILE: { reason: 'the system has no file descriptor left', kind: 'descriptors' },
  // Node calls it "socket hang up" where HTTP was spoken already.
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: {
    reason: 'the backend accepts none of the offered TLS ciphers',
  },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', kind: 'expired' },
  CERT_NOT_YET_VALID: { reason: 'its certificate is not valid yet', kind: 'not valid yet' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'its certificate is for another host name',
    kind: 'other name',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** Types of TLS records with which a server answers a request in plain text: alert, handshake. */
const TLS_RECORDS: readonly (number | undefined)[] = [0x15, 0x16];

/** The error of a failed connection in words that an operator can act on. */
export function connectionFailure(cause: NodeJS.ErrnoException): RefusedError {
  const reason = failureOf(cause)?.reason ?? (cause.message || cause.code || 'no connection');
  return new RefusedError(reason, undefined, { cause });
}

/** The kind of a failed connection, by the error that Node reported. */
export function failureKind(cause: unknown): FailureKind | undefined {
  return cause instanceof Object ? failureOf(cause as NodeJS.ErrnoException)?.kind : undefined;
}

function failureOf(cause: NodeJS.ErrnoException): Failure | undefined {
  const { code = '', rawPacket } = cause as { code?: string; rawPacket?: Uint8Array };
  if (!code.startsWith('HPE_')) return failures[code];
  return TLS_RECORDS.includes(rawPacket?.[0]) ? TLS : NOT_HTTP;
}

/** What a status in place of 101 means. */
export function statusReason(status: number | undefined): string {
  if (status === 426) {
    return 'the backend answered 426: an intermediary before it may have removed the Upgrade';
  }
  return `the backend answered ${status}`;
}

/**
 * The fields of a refusal that say how to authenticate, which versions are known, when to retry.
 * Challenges stay apart: old browsers read one in each field.
 */
export function usefulFields({ rawHeaders }: IncomingMessage): string[] {
  const names = ['WWW-Authenticate', 'Sec-WebSocket-Version', 'Retry-After'];
  return names.flatMap((name) =>
    headerValues(rawHeaders, name.toLowerCase())
      .filter((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      .flatMap((value) => [name, value]),
  );
}
