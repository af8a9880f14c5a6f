import type { Clock } from '../base/clock.ts';
import type { Snapshot } from '../status/snapshot.ts';

/** Milliseconds in which a process has to answer. One that hangs does not delay the others. */
const ANSWER_TIMEOUT = 1_000;

/** The requests for what one process counts, and its last answer. */
export class SnapshotQuestions {
  /** What it said last. It outlives the process. */
  last: Snapshot | undefined;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (snapshot: Snapshot | undefined) => void>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with undefined if no answer comes in time, or the process ends. */
  ask(send: (id: number) => void): Promise<Snapshot | undefined> {
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      const done = (snapshot: Snapshot | undefined): void => {
        this.#clock.clearTimeout(late);
        this.#waiting.delete(id);
        resolve(snapshot);
      };
      const late = this.#clock.setTimeout(() => done(undefined), ANSWER_TIMEOUT);
      this.#waiting.set(id, done);
      send(id);
    });
  }

  /** An answer, or the last words of the process. */
  received(id: number, snapshot: Snapshot): void {
    this.last = snapshot;
    this.#waiting.get(id)?.(snapshot);
  }

  /** The process has ended: nobody waits for it any more. */
  ended(): void {
    for (const done of [...this.#waiting.values()]) done(undefined);
  }
}
