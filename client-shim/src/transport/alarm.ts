import type { TimerId } from '../../browser.d.ts';
import type { Platform } from './platform.ts';

/** One thing that is to be done later. */
export interface Alarm {
  /** Sets it anew, so many milliseconds from now. */
  set(ms: number): void;
  clear(): void;
  isSet(): boolean;
}

/** `ring` is told how many milliseconds it comes late: much is a machine that slept. */
export function createAlarm(platform: Platform, ring: (late: number) => void): Alarm {
  let timer: TimerId | null = null;
  let due = 0;

  function clear(): void {
    if (timer !== null) platform.page.clearTimeout(timer);
    timer = null;
  }

  return {
    set: (ms) => {
      clear();
      due = platform.now() + ms;
      timer = platform.page.setTimeout(() => {
        timer = null;
        ring(platform.now() - due);
      }, ms);
    },
    clear: clear,
    isSet: () => timer !== null
  };
}
