/** A timer. Only the clock that set it can read it. */
export type Timer = unknown;

/** Time for the rooms. Tests inject a clock that they move by hand, and never sleep. */
export interface Clock {
  /** Milliseconds since an arbitrary start. They never go back. */
  now(): number;
  /** Calls `callback` once with `argument`, `delay` milliseconds from now. */
  setTimeout<Argument>(callback: (argument: Argument) => void, delay: number, argument?: Argument): Timer;
  /** Clears a timer. Harmless for one that has fired. */
  clearTimeout(timer: Timer): void;
}

/**
 * The monotonic clock of the machine, in whole milliseconds: V8 keeps a fraction in an object of
 * its own, a new one each time.
 */
export function monotonicTime(): number {
  return Math.floor(performance.now());
}

/** Time of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: monotonicTime,
  setTimeout: <Argument>(callback: (argument: Argument) => void, delay: number, argument?: Argument) =>
    setTimeout(callback, delay, argument as Argument).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
