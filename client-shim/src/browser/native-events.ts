// biome-ignore-all lint/suspicious/noProto: short; engines with EventTarget() have it
import type { EventTargetMethod, Page } from '../../browser.d.ts';
import { page } from './page.ts';

/** An EventTarget of the engine, with its own methods, whatever the page has put over them. */
export interface NativeTarget {
  readonly _target: object;
  readonly _add: EventTargetMethod;
  readonly _remove: EventTargetMethod;
  readonly _dispatch: EventTargetMethod;
  _event(kind: NativeKind, type: string, fields: object): never;
}
type NativeKind = 'Event' | 'MessageEvent' | 'CloseEvent';

/** Creates an EventTarget that has the prototype of another object. */
export type CreateNativeTarget = (like: object) => NativeTarget;

/** The prototype of an object, to be read and set, in engines that can construct an EventTarget. */
export interface WithPrototype {
  __proto__: object;
}

/**
 * Null where the engine cannot construct an EventTarget (before Chrome 64, Firefox 59, Safari 14),
 * and where the page has put something else in place of a constructor, as MooTools does.
 *
 * With the engine's own dispatch an event has its phase and its path, and what a listener throws is
 * reported at once. If the shim threw it again, that would be an error in a script of another
 * origin, about which `window.onerror` learns nothing.
 */
export function nativeTargets(): CreateNativeTarget | null {
  try {
    const { EventTarget, Event, MessageEvent, CloseEvent } = page as Required<Page>;
    const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;
    // Taken now: libraries of old pages have a `bind` of their own.
    const { bind } = addEventListener;
    const classes = { Event, MessageEvent, CloseEvent } as Record<NativeKind, typeof Event>;
    const create = (like: object): NativeTarget => {
      const target = new EventTarget();
      (target as WithPrototype).__proto__ = (like as WithPrototype).__proto__;
      return {
        _target: target,
        _add: bind.call(addEventListener, target),
        _remove: bind.call(removeEventListener, target),
        _dispatch: bind.call(dispatchEvent, target),
        _event: (kind, type, fields) => new classes[kind](type, fields) as never
      };
    };
    const test = (kind: NativeKind) => {
      const target = create({});
      target._dispatch(target._event(kind, 'x', {}));
    };
    test('Event');
    test('MessageEvent');
    test('CloseEvent');
    return create;
  } catch {
    return null;
  }
}
