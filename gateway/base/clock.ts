/** A timer that was set; only its own clock can read it. */
export type Timer = unknown;

/**
 * Time as the rooms see it. It is injected everywhere, so that tests move time by hand and never sleep.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `callback` once, `delay` milliseconds from now. */
  setTimeout(callback: () => void, delay: number): Timer;
  /** Forgets a timer; harmless for one that has fired. */
  clearTimeout(timer: Timer): void;
}

/** The machine's own monotonic clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, delay) => setTimeout(callback, delay).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
