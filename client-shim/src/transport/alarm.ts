import type { TimerId } from '../../browser.d.ts';
import type { Platform } from './platform.ts';

/** A timer for one action. */
export interface Alarm {
  /** Rings in `ms` milliseconds. This replaces an earlier setting. */
  _set(ms: number): void;
  _clear(): void;
  _isSet(): boolean;
}

/**
 * `ring` gets how many milliseconds late it is called. The number is large if the machine slept.
 */
export function createAlarm(platform: Platform, ring: (late: number) => void): Alarm {
  let timer: TimerId | null = null;
  let due = 0;

  function clear(): void {
    if (timer !== null) platform._clearTimeout(timer);
    timer = null;
  }

  return {
    _set: (ms) => {
      clear();
      due = platform._now() + ms;
      timer = platform._setTimeout(() => {
        timer = null;
        ring(platform._now() - due);
      }, ms);
    },
    _clear: clear,
    _isSet: () => timer !== null
  };
}
