import { createAlarm } from '../transport/alarm.ts';
import type { Platform } from '../transport/platform.ts';

/** Longest pause between two attempts, in milliseconds. */
const LONGEST_PAUSE = 5000;

export interface Retry {
  /**
   * An attempt failed: calls `again` after a pause, or `giveUp` if there were only failures for too
   * long. `alive`: the gateway answered, and only had no room, or the answer was cut short.
   */
  _failed(alive?: boolean): void;
  /** An attempt succeeded. */
  _succeeded(): void;
  _isWaiting(): boolean;
  _stop(): void;
}

/**
 * Tries again at growing intervals: at once, then after 200 ms up to 5 s. Each pause is a little
 * random, so that the pages of a restarted gateway do not all come at the same time.
 *
 * Gives up `window` milliseconds after the first failure of an unbroken series. The time counts
 * from there and not from the last success, so that a machine that slept tries at least once.
 */
export function createRetry(
  platform: Platform,
  window: number,
  again: () => void,
  giveUp: () => void
): Retry {
  const alarm = createAlarm(platform, again);
  let failures = 0;
  let since = 0;

  return {
    _failed: (alive) => {
      const now = platform._now();
      if (!failures || alive) since = now;
      if (now - since > window) {
        giveUp();
        return;
      }
      const pause = failures ? Math.min(LONGEST_PAUSE, 100 * 2 ** Math.min(failures, 9)) : 0;
      failures += 1;
      alarm._set(pause * (0.75 + Math.random() / 4));
    },
    _succeeded: () => {
      failures = 0;
    },
    _isWaiting: alarm._isSet,
    _stop: alarm._clear
  };
}
