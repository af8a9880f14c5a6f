import { put } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import { createShim, type WebSocketShim } from '../facade/shim.ts';
import { createStompHooks } from '../facade/stomp-hooks.ts';
import { createStompFix, type InstallStompFix } from './fix.ts';

/** The shim with the repairs of STOMP libraries. */
export interface StompShim extends WebSocketShim {
  installStompFix: InstallStompFix;
}

/**
 * Like `createShim`, but the constructor looks for the page's `Stomp` before it creates a socket.
 */
export function createStompShim(connectWith: Parameters<typeof createShim>[0], home: string): StompShim {
  const stompHooks = createStompHooks();
  const shim = createShim(connectWith, home, stompHooks) as StompShim;
  put(shim, 'installStompFix', createStompFix(stompHooks));
  stompHooks._constructing = () => shim.installStompFix();
  return shim;
}

/** Looks for the page's `Stomp` now, and again when all scripts of the page have run. */
export function lookForStomp(shim: StompShim): void {
  const look = () => {
    shim.installStompFix();
  };
  look();
  if (page.addEventListener) page.addEventListener('load', look, false);
  else if (page.attachEvent) page.attachEvent('onload', look);
}
