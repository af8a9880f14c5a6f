import { createShim } from '../../../../client-shim/src/facade/shim.ts';
import { createStompHooks } from '../../../../client-shim/src/facade/stomp-hooks.ts';

// In place of the room `stomp`, for the measure of the shim without it.

export function createStompShim(connectWith: Parameters<typeof createShim>[0], home: string) {
  return createShim(connectWith, home, createStompHooks());
}

export function lookForStomp(): void {}
