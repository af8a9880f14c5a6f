import type { Counters } from '../base/counters.ts';
import type { RecentRefusal } from '../base/recent-refusals.ts';

/** What one session holds now. Bytes are by weight. */
export interface SessionFacts {
  /** Path of its route. */
  readonly route: string;
  /** The transport that carried it last; `none` before its first downstream. */
  readonly transport: string;
  readonly outbox: number;
  readonly inbox: number;
  readonly delayed: number;
}

/** What an embedded broker holds now. */
export interface BrokerFacts {
  readonly connections: number;
  readonly queues: number;
  /** Messages that wait in all queues. */
  readonly queued: number;
  /** Bytes of them. */
  readonly stored: number;
}

/** Where a route leads. */
export interface RouteFacts {
  readonly route: string;
  /** Name of the backend, without credentials. */
  readonly backend: string;
}

/** Other nodes that can be reached, and those that were lost. */
export interface LinkFacts {
  readonly up: number;
  readonly lost: number;
}

/** What a supervisor knows of its workers. */
export interface WorkersFacts {
  /** Workers by state. */
  readonly states: Readonly<Record<string, number>>;
  readonly generations: number;
  /** Processes that did not answer in time. */
  readonly silent: number;
  /** Workers that ended while they were to serve. */
  readonly deaths: number;
  /** Processes that were killed because they did not answer, old generations included. */
  readonly hung: { readonly worker: number; readonly broker: number };
}

/** What a process tells of itself when somebody asks. Absent parts are another process's. */
export interface ProcessFacts {
  readonly counters?: Counters | undefined;
  readonly routes?: readonly RouteFacts[];
  readonly sessions?: Iterable<SessionFacts>;
  readonly refusals?: readonly RecentRefusal[];
  /** Bytes that are held on behalf of clients, and their bound. */
  readonly memory?: { readonly held: number; readonly limit: number } | undefined;
  readonly links?: LinkFacts | undefined;
  /** Requests under way between this node and others. */
  readonly forwarded?: number | undefined;
  /** Requests of the application that are under way. */
  readonly appRequests?: number | undefined;
  readonly broker?: BrokerFacts | undefined;
  readonly workers?: WorkersFacts | undefined;
  readonly isDraining?: boolean;
  /** Version of the package. */
  readonly release?: string;
}
