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

const GOES_ON = -1;
const HELD = -2;
/** The time that stands still, or one of these: nobody has looked at it yet while it is held. */
let held = GOES_ON;

/**
 * The monotonic clock of the machine, in whole milliseconds: V8 keeps a fraction in an object of
 * its own, a new one each time.
 */
export function monotonicTime(): number {
  if (held >= 0) return held;
  const now = Math.floor(performance.now());
  if (held === HELD) held = now;
  return now;
}

/**
 * Lets time stand still from the first look on, until `releaseTime`. One event looks at the clock
 * up to ten times, and each look costs as much as a small message.
 */
export function holdTime(): void {
  held = HELD;
}

/** Time goes on. */
export function releaseTime(): void {
  held = GOES_ON;
}

/** Time of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: monotonicTime,
  setTimeout: <Argument>(callback: (argument: Argument) => void, delay: number, argument?: Argument) =>
    setTimeout(callback, delay, argument as Argument).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
