/** A worker that served this many milliseconds was started well. */
const STEADY = 10_000;

/** Milliseconds until a worker is replaced that ended soon: the first is replaced at once. */
const DELAYS = [0, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** How long to wait before a worker is replaced: one that always fails takes no processor. */
export class RestartDelay {
  #early = 0;

  /** Milliseconds until a worker that lived for `age` milliseconds is replaced. */
  next(age: number): number {
    if (age >= STEADY) this.#early = 0;
    const delay = DELAYS[Math.min(this.#early, DELAYS.length - 1)] as number;
    this.#early++;
    return delay;
  }
}
