/** The processes of the program. */
export interface ProcessOptions {
  /** Processes that serve together; absent: this one serves alone. */
  readonly workers: number | undefined;
  /**
   * Milliseconds for which a worker may answer nothing: then it is killed, and replaced. 0: it gets
   * no pings.
   */
  readonly workerTimeout: number;
  /** Absent: none is written. */
  readonly pidFile: string | undefined;
  /** Milliseconds that a process may keep its sessions once a reload has replaced it. */
  readonly linger: number;
  /** Generations of workers, the present one included. The oldest is drained for a further one. */
  readonly maxGenerations: number;
}

export const defaultProcessOptions = {
  workerTimeout: 30_000,
  linger: 12 * 3_600_000,
  maxGenerations: 4,
};
