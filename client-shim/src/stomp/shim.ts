import { page } from '../browser/page.ts';
import { createShim, type WebSocketShim } from '../facade/shim.ts';
import { createStompHooks } from '../facade/stomp-hooks.ts';
import { createStompFix, type InstallStompFix } from './fix.ts';

/** The shim, with the repairs of STOMP libraries. */
export interface StompShim extends WebSocketShim {
  installStompFix: InstallStompFix;
}

/** `createShim`, whose constructor looks for a page's `Stomp` before each socket it makes. */
export function createStompShim(connectWith: Parameters<typeof createShim>[0], home: string): StompShim {
  const stompHooks = createStompHooks();
  const shim = createShim(connectWith, home, stompHooks) as StompShim;
  shim.installStompFix = createStompFix(stompHooks);
  stompHooks._constructing = () => shim.installStompFix();
  return shim;
}

/** Looks for a page's `Stomp` now, and when all its scripts have run. */
export function lookForStomp(shim: StompShim): void {
  const look = () => {
    shim.installStompFix();
  };
  look();
  if (page.addEventListener) page.addEventListener('load', look, false);
  else if (page.attachEvent) page.attachEvent('onload', look);
}
