import type { Entry } from '../protocol/delivery.ts';

/** Work that is done a slice in each turn of the event loop. */
export interface SlicedWork {
  /** Bytes that its result occupies so far. */
  readonly bytes: number;
  /** Does a slice. True: there is no more. */
  step(): boolean;
}

/** What a dialect decides about its sessions, as its protocol promises no more. */
export interface SessionPolicy {
  /** Name of the dialect in log lines; absent: the fallback protocol itself. */
  readonly dialect?: string;
  /**
   * When a message counts as delivered and is forgotten: when the client acknowledged it, or when
   * it was written to a carrier. With `written`, nothing is sent twice: a carrier that breaks off
   * ends the session, and an end is written to every downstream that comes within `resumeWindow`.
   */
  readonly delivered: 'acknowledged' | 'written';
  /** Messages that were not taken: the client sends them again, or they are lost. */
  readonly untaken: 'repeated' | 'lost';
  /** What a second downstream does to the first: it takes its place, or it is turned away. */
  readonly second: 'supersedes' | 'refused';
  /** Work that has to be done before these entries are encoded; undefined: there is none. */
  readonly prepare?: (entries: readonly Entry[]) => SlicedWork | undefined;
}
