import { RefusedError } from '../base/errors.ts';

const UNTRUSTED = "its certificate is not trusted; the route's `ca` names the authority that signed it";
const CLOSED = 'the backend closed the connection during the handshake';
const NO_TLS = 'the backend does not speak TLS on this port';

/** What error codes of Node, OpenSSL and the system mean for a connection to a backend. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EMFILE: 'the gateway has no file descriptor left',
  ENFILE: 'the system has no file descriptor left',
  // Node calls it "socket hang up" where HTTP was spoken already.
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the backend speaks only versions of TLS that are too old',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the backend speaks only versions of TLS that are too old',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the backend accepts none of the offered TLS ciphers',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** The error of a failed connection in words that an operator can act on. */
export function connectionFailure(cause: NodeJS.ErrnoException): RefusedError {
  const { code = '' } = cause;
  const isNotHttp = code.startsWith('HPE_');
  const reason = isNotHttp ? 'the backend does not speak HTTP' : reasons[code];
  return new RefusedError(reason ?? (cause.message || code || 'no connection'), undefined, { cause });
}

/** What a status in place of 101 means. */
export function statusReason(status: number | undefined): string {
  if (status === 426) {
    return 'the backend answered 426: an intermediary before it may have removed the Upgrade';
  }
  return `the backend answered ${status}`;
}
