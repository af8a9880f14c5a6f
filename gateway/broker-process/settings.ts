import type { ConnectionLimits } from '../base/connection-counts.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { LogOptions } from '../base/log.ts';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { WrittenAs } from '../base/remedy.ts';
import type { BrokerOptions } from '../stomp/broker/options.ts';

/** Where options are written in a config file or as flags; never a program's. */
export type Written = Exclude<ReturnType<WrittenAs>, { call: unknown }>;

/** All that the broker process needs. It is data, to be sent to a child. */
export interface BrokerSettings {
  /** The Unix socket, or named pipe on Windows, for the workers. */
  readonly socketPath: string;
  /** By the path at which workers ask for them. */
  readonly brokers: Readonly<Record<string, BrokerOptions>>;
  /** The TCP port of the operator's broker; absent: none. */
  readonly listen?: ListenAddress | undefined;
  readonly memoryLimits: MemoryLimits;
  /** Bounds of the TCP port. */
  readonly connectionLimits: ConnectionLimits;
  /**
   * Milliseconds for which the process may answer nothing: then its supervisor kills it. 0 or
   * absent: it gets no pings.
   */
  readonly hangTimeout?: number | undefined;
  readonly log: LogOptions;
  /** How remedies in the log are worded. */
  readonly written: Readonly<Record<string, Written>>;
  readonly bounds: Readonly<Record<string, string>>;
}
