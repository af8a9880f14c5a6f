import type { TimerId } from '../../browser.d.ts';
import type { Platform } from './platform.ts';

/** A timer for one action. */
export interface Alarm {
  /** Sets it to ring in that many milliseconds; an earlier setting no longer counts. */
  _set(ms: number): void;
  _clear(): void;
  _isSet(): boolean;
}

/** `ring` gets the milliseconds by which it is late: many if the machine slept. */
export function createAlarm(platform: Platform, ring: (late: number) => void): Alarm {
  let timer: TimerId | null = null;
  let due = 0;

  function clear(): void {
    if (timer !== null) platform._page.clearTimeout(timer);
    timer = null;
  }

  return {
    _set: (ms) => {
      clear();
      due = platform._now() + ms;
      timer = platform._page.setTimeout(() => {
        timer = null;
        ring(platform._now() - due);
      }, ms);
    },
    _clear: clear,
    _isSet: () => timer !== null
  };
}
