import { define, putFixed } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import { words } from '../lang/text.ts';
import { illegalCall } from './errors.ts';
import type { SocketState } from './socket-state.ts';
import type { States } from './states.ts';

/** The attributes of the standard; `transport` and `diagnostics` are the shim's. */
const ATTRIBUTES = words(
  'url readyState bufferedAmount extensions protocol binaryType onopen onmessage onerror onclose transport diagnostics',
  / /g
);
const WRITABLE = /^on|Type/;
const ADDED = /^[td]/;

/** Defines the attributes as accessors on the prototype, as native sockets have them. */
export function addAccessors(prototype: object, states: States, modern: boolean): void {
  const add = (name: string) => {
    const get = function (this: object): unknown {
      const own = states.get(this);
      return own._face
        ? own._get(name)
        : (page.Reflect as NonNullable<typeof page.Reflect>).get(own, name, this);
    };
    const set = function (this: object, value: unknown): void {
      const own = states.get(this);
      if (own._face) own._set(name, value);
      else (page.Reflect as NonNullable<typeof page.Reflect>).set(own, name, value, this);
    };
    if (modern) {
      putFixed(get, 'name', 'get ' + name);
      putFixed(set, 'name', 'set ' + name);
    }
    define(prototype, name, {
      get,
      set: WRITABLE.test(name) ? set : undefined,
      enumerable: !ADDED.test(name),
      configurable: true
    });
  };
  for (let at = 0; at < ATTRIBUTES.length; at += 1) add(ATTRIBUTES[at] as string);
}

/**
 * For engines without accessors: reads what the page wrote into plain fields of the socket, and
 * updates the fields that it may read.
 */
export function syncFields(socket: object, state: SocketState): void {
  const fields = socket as Record<string, unknown>;
  for (let at = 0; at < ATTRIBUTES.length; at += 1) {
    const name = ATTRIBUTES[at] as string;
    if (WRITABLE.test(name)) state._set(name, fields[name]);
    fields[name] = state._get(name);
  }
}

/**
 * Defines the methods on the prototype. `inherits`: those of listeners are EventTarget's. `length`
 * is the number of arguments that a call must have.
 */
export function addMethods(prototype: object, states: States, modern: boolean, inherits: boolean): void {
  const methods = prototype as Record<string, unknown>;
  const add = (name: string, length: number) => {
    const method = function (this: object): unknown {
      // biome-ignore lint/complexity/noArguments: undefined can be sent, nothing cannot
      const args = arguments;
      const own = states.get(this);
      if (own._face && args.length < length) throw illegalCall();
      // For a native socket it may be a method that an agent put there before the shim came.
      return (own as Record<string, (...args: never) => unknown>)[name]?.apply(
        own._face ? own : this,
        args as never
      );
    };
    if (modern) {
      putFixed(method, 'name', name);
      putFixed(method, 'length', length);
    }
    methods[name] = method;
  };
  add('send', 1);
  add('close', 0);
  if (inherits) return;
  add('addEventListener', 2);
  add('removeEventListener', 2);
  add('dispatchEvent', 1);
}
