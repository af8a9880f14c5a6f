import { type FrameLimits, frameLimits } from '../limits.ts';

/**
 * How an embedded broker behaves, and its bounds. What exceeds one is answered ERROR, unless it says otherwise.
 */
export interface BrokerOptions {
  /** Passcodes by login. Absent: whoever is let in by the route, or reaches the port, is let in. */
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until a client must have sent its CONNECT. @default 10000 */
  readonly connectTimeout: number;
  /** Least milliseconds between heart-beats in either direction; a client may want longer ones, or none. @default 1000 */
  readonly heartBeat: number;
  /** Bounds of one frame. @default 16 MiB, 256 headers, lines of 64 KiB */
  readonly frame: FrameLimits;
  /** Connections at once; more are refused. @default 20000 */
  readonly maxConnections: number;
  /** Subscriptions of one connection. @default 256 */
  readonly maxSubscriptions: number;
  /** Open transactions of one connection. @default 16 */
  readonly maxTransactions: number;
  /** Bytes that the open transactions of one connection hold. @default 16 MiB */
  readonly maxTransaction: number;
  /** Messages given to one subscription and not acknowledged: a queue waits there, at a topic it is an ERROR. @default 1000 */
  readonly maxUnacknowledged: number;
  /** Bytes waiting for a client that does not read; beyond that they are thrown away for an ERROR. @default 16 MiB */
  readonly maxBuffered: number;
  /** Queues that have messages or consumers. @default 1000 */
  readonly maxQueues: number;
  /** Messages waiting in one queue. @default 10000 */
  readonly maxQueued: number;
  /** Bytes kept in all queues. @default 64 MiB */
  readonly maxStored: number;
  /** How often a message that was not acknowledged is given out again before it is dropped with a log line. @default 5 */
  readonly redeliveries: number;
}

const MiB = 1024 ** 2;

export const defaultBrokerOptions: BrokerOptions = {
  connectTimeout: 10_000,
  heartBeat: 1000,
  frame: frameLimits(16 * MiB),
  maxConnections: 20_000,
  maxSubscriptions: 256,
  maxTransactions: 16,
  maxTransaction: 16 * MiB,
  maxUnacknowledged: 1000,
  maxBuffered: 16 * MiB,
  maxQueues: 1000,
  maxQueued: 10_000,
  maxStored: 64 * MiB,
  redeliveries: 5,
};
