import type { ListenAddress, PortUse } from '../base/listen.ts';
import type { SystemError } from '../base/system-error.ts';
import type { BrokerSettings } from '../broker-process/settings.ts';
import type { Snapshot as StatusSnapshot } from '../status/snapshot.ts';
import type { ProcessOptions } from './options.ts';

/**
 * Version of what a supervisor and its workers say to each other. After a reload the workers may be
 * of another release than the supervisor: unknown kinds and fields are ignored, and this number
 * changes only when that is not enough.
 */
export const MESSAGES_VERSION = 1;

/** Where a node of this machine takes connections of other nodes. */
export interface NodeAddress {
  readonly name: string;
  /** Path of a Unix socket, or of a named pipe. */
  readonly path: string;
}

/** Options as one worker has resolved them, so that others of its generation have the same. */
export interface Snapshot {
  /** Version of the package that made it. Others do not read it. */
  readonly release: string;
  readonly content: unknown;
}

/** From the supervisor to a worker. */
export type ToWorker =
  /** The answer to `hello`. */
  | {
      readonly kind: 'start';
      readonly generation: number;
      /** The same for all workers of this supervisor, and for no others. */
      readonly machine: string;
      /** The folder for sockets that only this user may open. */
      readonly directory: string;
      /** All nodes that live. */
      readonly nodes: readonly NodeAddress[];
      /** Absent: flags and files are to be read. */
      readonly snapshot?: Snapshot | undefined;
      /** It has to say what it counts, and does so once more when it ends. */
      readonly isCounted?: boolean | undefined;
    }
  /** Answered by `knows`. */
  | { readonly kind: 'node-added'; readonly node: NodeAddress }
  | { readonly kind: 'node-ended'; readonly name: string }
  /** All others know the node of `linked`. */
  | { readonly kind: 'announced' }
  | { readonly kind: 'bound'; readonly id: number; readonly address: ListenAddress }
  | { readonly kind: 'bind-failed'; readonly id: number; readonly error: SystemError }
  /** The broker process serves. */
  | { readonly kind: 'broker-serves'; readonly stompPort: number | undefined }
  | { readonly kind: 'broker-failed'; readonly error: SystemError }
  /** A client has connected to the port `id`; comes with its socket. */
  | { readonly kind: 'connection'; readonly id: number }
  /** Answered by `counts`. */
  | { readonly kind: 'count'; readonly id: number }
  /** Does its event loop turn? Sent to a worker that serves; answered by `pong`. */
  | { readonly kind: 'ping' }
  /** Keeps what it has, and ends when that is over. */
  | { readonly kind: 'retire' }
  /** Closes what it has, and ends. */
  | { readonly kind: 'drain' };

/** What a worker serves, and what of its options is the supervisor's. */
export interface Report {
  readonly release: string;
  readonly address: ListenAddress & {
    readonly stompPort: number | undefined;
    readonly policyPort: number | undefined;
    readonly statusPort?: number | undefined;
  };
  /** `workerTimeout` is absent in releases that answer no `ping`. */
  readonly processes: Omit<ProcessOptions, 'workerTimeout'> & {
    readonly workerTimeout?: number | undefined;
  };
  /** Milliseconds that a drain may take. */
  readonly grace: number;
  readonly snapshot: Snapshot;
}

/** From a worker to its supervisor. */
export type FromWorker =
  | { readonly kind: 'hello'; readonly release: string }
  /** Other nodes can reach this one, once they know it. Answered by `announced`. */
  | { readonly kind: 'linked'; readonly node: NodeAddress }
  | { readonly kind: 'knows'; readonly name: string }
  /** Asks for connections of a port: `bound` or `bind-failed`. `id` is the worker's. */
  | {
      readonly kind: 'bind';
      readonly id: number;
      readonly use: PortUse;
      readonly address: ListenAddress;
    }
  /** Routes lead to an embedded broker: `broker-serves` or `broker-failed`. */
  | { readonly kind: 'broker'; readonly settings: BrokerSettings }
  /** No more connections for that port. */
  | { readonly kind: 'stop'; readonly id: number }
  | { readonly kind: 'listening'; readonly report: Report }
  /** `id`: that of `count`, or 0 when it ends. */
  | { readonly kind: 'counts'; readonly id: number; readonly status: StatusSnapshot }
  /** `connections`: sessions and native ones. */
  | { readonly kind: 'pong'; readonly connections: number }
  /** It drains, though nobody said `drain`: another one may be started already. */
  | { readonly kind: 'leaving' }
  /** It cannot start, and ends. The lines are for the operator. */
  | { readonly kind: 'failed'; readonly exitCode: number; readonly lines: readonly string[] };

/** A message as it is sent. */
export type Sent<Message> = Message & { readonly gateway: number };

export function sent<Message>(message: Message): Sent<Message> {
  return { gateway: MESSAGES_VERSION, ...message };
}

/** Undefined for what is no message of this program. */
export function received<Message>(message: unknown): Sent<Message> | undefined {
  const version = (message as Partial<Sent<Message>> | null | undefined)?.gateway;
  return typeof version === 'number' ? (message as Sent<Message>) : undefined;
}
