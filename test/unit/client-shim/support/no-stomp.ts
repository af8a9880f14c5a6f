import { createSeam } from '../../../../client-shim/src/facade/seam.ts';
import { createShim } from '../../../../client-shim/src/facade/shim.ts';

// In place of the room `stomp`, for the measure of the shim without it.

export function createStompShim(connectWith: Parameters<typeof createShim>[0], home: string) {
  return createShim(connectWith, home, createSeam());
}

export function lookForStomp(): void {}
