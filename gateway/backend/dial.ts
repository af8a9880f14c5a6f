import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { RefusedError } from '../base/errors.ts';
import { connectionFailure } from './failure.ts';

/** Where a backend listens. */
export interface DialAddress {
  /** TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** What the gateway shows a server that wants to know its client. */
export interface TlsIdentity {
  /** The certificate, and those between it and the authority that the server trusts: PEM. */
  readonly cert: Buffer;
  /** Its private key: PEM, without a passphrase. */
  readonly key: Buffer;
}

/** How its connection is made. */
export interface SocketOptions {
  /** Shown to a server that asks for a certificate. @default none */
  readonly identity?: TlsIdentity | undefined;
  /** Certificates that are trusted in place of the system's, in PEM form. */
  readonly ca?: string | Buffer | undefined;
  /** Protocols offered in the TLS handshake. */
  readonly alpn?: readonly string[];
  /** One side may end while the other still sends. @default false */
  readonly allowHalfOpen?: boolean;
}

/** Bounds of one attempt. */
export interface AttemptOptions {
  readonly clock: Clock;
  /** Milliseconds until the backend must have accepted. */
  readonly connectTimeout: number;
  /** Gives the attempt up. */
  readonly signal: AbortSignal;
}

/** How an attempt ends. Calls after the first have no effect. */
export interface Attempt<Result> {
  succeed(result: Result): void;
  fail(error: RefusedError): void;
}

const MORE_TIME = { add: { key: 'connectTimeout' }, advice: 'if the server needs that long' };

/**
 * Makes one attempt to reach a backend. `begin` starts it and returns a function that abandons it;
 * that is called when the attempt fails, takes too long, or is given up.
 *
 * @throws RefusedError, or what `begin` throws.
 */
export function attempt<Result>(
  { clock, connectTimeout, signal }: AttemptOptions,
  begin: (attempt: Attempt<Result>) => () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new RefusedError('given up');
    let isOver = false;
    const settle = (): boolean => {
      if (isOver) return false;
      isOver = true;
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      return true;
    };
    const fail = (error: RefusedError): void => {
      if (!settle()) return;
      reject(error);
      abandon();
    };
    const giveUp = (): void => fail(new RefusedError('given up'));
    const late = (): void =>
      fail(new RefusedError(`no answer within ${connectTimeout} ms`, undefined, { remedy: MORE_TIME }));
    const succeed = (result: Result): void => {
      if (settle()) resolve(result);
    };
    const abandon = begin({ succeed, fail });
    const timer = clock.setTimeout(late, connectTimeout);
    signal.addEventListener('abort', giveUp);
  });
}

/** Opens a connection. It has the name of `address` verified, whatever a `Host` field says. */
export function openSocket(
  { secure, hostname: host, port }: DialAddress,
  { ca, identity, alpn, allowHalfOpen = false }: SocketOptions = {},
): Socket {
  if (!secure) return tcpConnect({ host, port, allowHalfOpen });
  // Node takes `allowHalfOpen` here too; its types leave it out.
  const options: ConnectionOptions & { allowHalfOpen: boolean } = {
    host,
    port,
    allowHalfOpen,
    // SNI takes no addresses (RFC 6066 §3).
    servername: isIP(host) ? '' : host,
    rejectUnauthorized: true,
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
    ...(ca !== undefined && { ca }),
    ...identity,
  };
  return tlsConnect(options);
}

/** Connects to a backend, its certificate checked. */
export function dial(address: DialAddress, socketOptions: SocketOptions, options: AttemptOptions) {
  return attempt<Socket>(options, ({ succeed, fail }) => {
    const socket = openSocket(address, socketOptions);
    const closed = (): void => fail(connectionFailure({ code: 'ECONNRESET' } as NodeJS.ErrnoException));
    // This listener stays: an error that nobody listens to would end the process.
    socket.on('error', (cause) => fail(connectionFailure(cause)));
    socket.once('close', closed);
    socket.once(address.secure ? 'secureConnect' : 'connect', () => {
      socket.off('close', closed);
      succeed(socket);
    });
    return () => socket.destroy();
  });
}
