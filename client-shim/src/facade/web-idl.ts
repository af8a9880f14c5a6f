// biome-ignore-all lint/suspicious/noProto: short; engines with EventTarget() have it
import type { NativeWebSocketConstructor } from '../../browser.d.ts';
import { define, put, putFixed } from '../browser/define.ts';
import type { WithPrototype } from '../browser/native-events.ts';
import { page } from '../browser/page.ts';

/** By their values. */
const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];

interface Constructor {
  prototype: object;
}

/**
 * Gives a constructor the shape of a native interface (Web IDL §3.7), as far as the engine can.
 * Returns whether it inherits the methods of EventTarget, which must do for its objects.
 */
export function shapeAsNative(
  WebSocket: Constructor,
  Native: NativeWebSocketConstructor | undefined,
  modern: boolean
): boolean {
  const { prototype } = WebSocket;
  for (let state = 0; state < STATES.length; state += 1) {
    put(prototype, STATES[state] as string, state, true);
    put(WebSocket, STATES[state] as string, state, true);
  }
  const { hasInstance, toStringTag } = page.Symbol || {};
  if (toStringTag) putFixed(prototype, toStringTag, 'WebSocket');
  // Also true for native sockets that the page had before the shim.
  if (hasInstance)
    put(WebSocket, hasInstance, function (this: Constructor, value: object) {
      return isMadeBy(this, value) || (this === WebSocket && !!Native && isMadeBy(Native, value));
    });
  if (modern) {
    putFixed(WebSocket, 'name', 'WebSocket');
    define(WebSocket, 'prototype', { writable: false });
  }
  const { setPrototypeOf } = Object as unknown as { setPrototypeOf?: (of: object, to: object) => void };
  const parent = modern && Native && isAgents(Native) ? Native : page.EventTarget;
  if (setPrototypeOf && parent) {
    setPrototypeOf(prototype, parent.prototype);
    setPrototypeOf(WebSocket, parent);
  }
  return modern && parent === page.EventTarget;
}

/**
 * Whether it is a subclass of the browser's own, as agents make. Their methods may call other
 * methods of the class, so its prototype must stay behind the sockets.
 */
function isAgents({ prototype }: NativeWebSocketConstructor): boolean {
  const EventTarget = page.EventTarget as NonNullable<typeof page.EventTarget>;
  return isMadeBy(EventTarget, prototype) && (prototype as WithPrototype).__proto__ !== EventTarget.prototype;
}

/** The plain rule of `instanceof`. False for a value that is not an object. */
export function isMadeBy(maker: Constructor, value: object): boolean {
  return Object.prototype.isPrototypeOf.call(maker.prototype, value);
}
