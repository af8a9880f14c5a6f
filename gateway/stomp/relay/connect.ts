import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import type { BrokerAddress } from './options.ts';

/** `stomp://host:port`, for log lines. */
export function addressName({ secure, hostname, port }: BrokerAddress): string {
  return `${secure ? 'stomps' : 'stomp'}://${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}

/** How one attempt is made. */
export interface ConnectOptions {
  readonly clock: Clock;
  readonly ca: string | Buffer | undefined;
  readonly connectTimeout: number;
}

/** Opens a connection to a broker, its certificate checked. Rejects with a `RefusedError`; `signal` gives the attempt up. */
export function connectToBroker(
  address: BrokerAddress,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = open(address, options.ca);
    const settle = (): void => {
      options.clock.clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners();
      // An error nobody listens to would end the process.
      socket.on('error', () => {});
    };
    const refuse = (reason: string, cause?: Error): void => {
      settle();
      socket.destroy();
      reject(new RefusedError(`${addressName(address)}: ${reason}`, undefined, { cause }));
    };
    const abort = (): void => refuse('given up');
    const timer = options.clock.setTimeout(() => refuse('no answer in time'), options.connectTimeout);
    signal.addEventListener('abort', abort);
    socket.once('error', (cause) => refuse(cause.message || 'no connection', cause));
    socket.once('close', () => refuse('closed'));
    socket.once(address.secure ? 'secureConnect' : 'connect', () => {
      settle();
      resolve(socket);
    });
  });
}

function open({ secure, hostname: host, port }: BrokerAddress, ca: string | Buffer | undefined): Socket {
  if (!secure) return connectTcp({ host, port });
  const servername = isIP(host) ? {} : { servername: host };
  return connectTls({ host, port, ...servername, ...(ca !== undefined && { ca }) });
}
