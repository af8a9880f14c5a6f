import { isIPv6, type Socket } from 'node:net';
import { dial, type TlsIdentity } from '../../backend/dial.ts';
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
  readonly identity?: TlsIdentity | undefined;
  readonly connectTimeout: number;
}

/**
 * Opens a connection to a broker, its certificate checked. Rejects with a `RefusedError` that names
 * the broker; `signal` gives the attempt up.
 */
export async function connectToBroker(
  address: BrokerAddress,
  { clock, ca, identity, connectTimeout }: ConnectOptions,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    return await dial(address, { ca, identity }, { clock, connectTimeout, signal });
  } catch (error) {
    const { message, cause, remedy } = error as RefusedError;
    throw new RefusedError(`${addressName(address)}: ${message}`, undefined, { cause, remedy });
  }
}
