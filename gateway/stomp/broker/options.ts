import { type FrameLimits, frameLimits } from '../limits.ts';
import type { RightsOptions } from '../rights.ts';
import type { UserOptions } from './users.ts';

/**
 * How an embedded broker behaves, and its bounds. A client that exceeds one gets an ERROR, unless
 * the bound says otherwise.
 */
export interface BrokerOptions {
  /** By login. Absent: every client that reaches the route or the port may connect. */
  readonly users?: Readonly<Record<string, UserOptions>> | undefined;
  /** What every client may do. @default all */
  readonly rights?: RightsOptions | undefined;
  /** Milliseconds until a client must have sent its CONNECT. @default 10000 */
  readonly connectTimeout: number;
  /**
   * Shortest interval of heart-beats in either direction, in milliseconds. A client may ask for
   * longer ones, or none. @default 1000
   */
  readonly heartBeat: number;
  /** Bounds of one frame. @default 16 MiB, a head of 256 KiB, 256 headers, lines of 64 KiB */
  readonly frame: FrameLimits;
  /** Connections at once; more are refused. @default 20000 */
  readonly maxConnections: number;
  /** Subscriptions of one connection. @default 256 */
  readonly maxSubscriptions: number;
  /** Open transactions of one connection. @default 16 */
  readonly maxTransactions: number;
  /** Bytes that the open transactions of one connection occupy. @default 16 MiB */
  readonly maxTransaction: number;
  /**
   * Messages delivered to one subscription and not acknowledged. A queue delivers no more until
   * some are; a topic ends the connection with an ERROR. @default 1000
   */
  readonly maxUnacknowledged: number;
  /**
   * Bytes that wait for a client that does not read. Beyond that they are discarded and the client
   * gets an ERROR. @default 16 MiB
   */
  readonly maxBuffered: number;
  /** Destinations with wildcards that are subscribed to. @default 10000 */
  readonly maxPatterns: number;
  /** Queues that have messages or consumers. @default 1000 */
  readonly maxQueues: number;
  /** Messages waiting in one queue. @default 10000 */
  readonly maxQueued: number;
  /** Bytes that the messages of all queues occupy. @default 64 MiB */
  readonly maxStored: number;
  /**
   * How often a message that was not acknowledged is delivered again before it is dropped with a
   * log line. @default 5
   */
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
  maxPatterns: 10_000,
  maxQueues: 1000,
  maxQueued: 10_000,
  maxStored: 64 * MiB,
  redeliveries: 5,
};
