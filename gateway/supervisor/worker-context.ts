import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { BrokerChild } from './broker-child.ts';
import type { KeptCounters } from './kept-counters.ts';
import type { NodeBook } from './node-book.ts';
import type { SharedSockets } from './shared-sockets.ts';
import type { Fork } from './worker-port.ts';

/** What workers are started with, and what they share. */
export interface WorkerContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly fork: Fork;
  readonly nodes: NodeBook;
  readonly sockets: SharedSockets;
  readonly broker: BrokerChild;
  /** The folder for sockets. */
  readonly directory: string;
  /** A name that no other supervisor has, also on other machines. */
  readonly machine: string;
  /** Version of this package. */
  readonly release: string;
  /** Takes the counters of workers that end; absent: nobody asks for any. */
  readonly kept?: KeptCounters | undefined;
  /** Called for a worker that ended while it was to serve. */
  readonly died?: (() => void) | undefined;
  /** Called for a worker that is killed because it does not answer. */
  readonly hung?: (() => void) | undefined;
}
