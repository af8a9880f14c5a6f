import type { NativeWebSocketConstructor } from '../../browser.d.ts';
import { define, put } from '../browser/define.ts';
import { whenLeaving } from '../browser/leaving.ts';
import { page } from '../browser/page.ts';
import { baseUrl, pageOrigin } from '../browser/place.ts';
import { later } from '../browser/timer.ts';
import type { Connect } from '../connect/connection.ts';
import { indexOf } from '../lang/list.ts';
import type { SocketEvent } from './events.ts';
import { protocolList } from './protocols.ts';
import type { Settings } from './settings.ts';
import { CLOSED, CLOSING, CONNECTING, OPEN, SocketState } from './socket-state.ts';
import { webSocketUrl } from './url.ts';

export interface Environment {
  readonly connect: Connect;
  readonly settings: Settings;
  /** The browser's own constructor, for addresses that are none of ours. */
  readonly native: NativeWebSocketConstructor | undefined;
  /** Whether attributes can be accessors on the prototype (`hasAccessors`); else they are fields, kept up to date. */
  readonly accessors: boolean;
}

/** How often plain fields are refreshed while `bufferedAmount` is not zero, in ms. */
const REFRESH = 250;

const STATES: Record<string, number> = { CONNECTING, OPEN, CLOSING, CLOSED };
const READ_ONLY = [
  'url',
  'readyState',
  'bufferedAmount',
  'extensions',
  'protocol',
  'transport',
  'diagnostics'
];
const HANDLERS = ['open', 'message', 'error', 'close'];

/** Makes the constructor that takes the place of `window.WebSocket` (WHATWG WebSockets §3.1). */
export function createWebSocket(environment: Environment): new (url: string, protocols?: unknown) => object {
  const { connect, settings, native, accessors } = environment;
  let live: SocketState[] | null = null;

  class WebSocket {
    declare readonly _state: SocketState;

    constructor(url: unknown, protocols?: unknown) {
      if (!(this instanceof WebSocket)) throw new TypeError('WebSocket is called without new.');
      // biome-ignore lint/complexity/noArguments: undefined is an address too, nothing is not
      if (!arguments.length) throw new TypeError('WebSocket is called without an address.');
      const text = `${url}`;
      const base = baseUrl();
      const address = webSocketUrl(text, base);
      const target = settings.target(address, base);
      if (!target && native) {
        // An old native constructor takes a given undefined for a protocol of that name.
        const own = protocols === undefined ? new native(text) : new native(text, protocols as string[]);
        // biome-ignore lint/correctness/noConstructorReturn: the native socket itself is what the page is to get
        return own as unknown as WebSocket;
      }
      const asked = protocolList(protocols);
      const state = new SocketState(address, {
        target: this,
        sync: () => sync(this),
        ended: () => forget(state)
      });
      put(this, '_state', state);
      if (!accessors) addFields(this);
      if (!live) whenLeaving(leave);
      live = live || [];
      live.push(state);
      state.start(
        connect,
        target === null
          ? null
          : { url: target, protocols: asked, origin: pageOrigin(), transports: settings.transports }
      );
      sync(this);
    }

    send(data: unknown): void {
      // biome-ignore lint/complexity/noArguments: undefined can be sent, nothing cannot
      if (!arguments.length) throw new TypeError('send is called without data.');
      this._state.send(data);
      sync(this);
      if (!accessors) keepFresh(this);
    }

    close(code?: unknown, reason?: unknown): void {
      this._state.close(code, reason);
      sync(this);
    }

    addEventListener(type: unknown, listener: unknown, options?: unknown): void {
      sync(this);
      this._state.listeners.add(`${type}`, listener, options);
    }

    removeEventListener(type: unknown, listener: unknown, options?: unknown): void {
      this._state.listeners.remove(`${type}`, listener, options);
    }

    dispatchEvent(event: SocketEvent): boolean {
      if (!event || typeof event !== 'object')
        throw new TypeError('dispatchEvent is called without an event.');
      this._state.dispatch(event);
      return !event.defaultPrevented;
    }
  }

  function leave(): void {
    const left = live || [];
    live = [];
    for (let at = 0; at < left.length; at += 1) (left[at] as SocketState).leave();
  }

  function forget(state: SocketState): void {
    const at = indexOf(live || [], state);
    if (live && at >= 0) live.splice(at, 1);
  }

  /** Takes over what the page wrote into plain fields, and writes what it may read there. */
  function sync(socket: WebSocket): void {
    if (accessors) return;
    const state = socket._state;
    const fields = socket as unknown as Record<string, unknown>;
    for (let at = 0; at < HANDLERS.length; at += 1) {
      const type = HANDLERS[at] as string;
      state.listeners.setHandler(type, fields[`on${type}`]);
    }
    state.setBinaryType(fields.binaryType);
    fields.binaryType = state.binaryType;
    for (let at = 0; at < READ_ONLY.length; at += 1)
      fields[READ_ONLY[at] as string] = read(state, READ_ONLY[at] as string);
  }

  function keepFresh(socket: WebSocket): void {
    const state = socket._state as SocketState & { watched?: boolean };
    if (state.watched || !state.bufferedAmount() || state.readyState === CLOSED) return;
    state.watched = true;
    later(() => {
      state.watched = false;
      sync(socket);
      keepFresh(socket);
    }, REFRESH);
  }

  const prototype = WebSocket.prototype;
  for (const name in STATES) {
    put(prototype, name, STATES[name]);
    put(WebSocket, name, STATES[name]);
  }
  if (accessors) addAccessors(prototype);
  nameAsNative(WebSocket, native);
  return WebSocket as unknown as new () => object;
}

interface Stateful {
  readonly _state: SocketState;
}

/** An attribute of the state, which has the computed ones as methods. */
function read(state: SocketState, name: string): unknown {
  const value = (state as unknown as Record<string, unknown>)[name];
  return typeof value === 'function' ? value.call(state) : value;
}

function addFields(socket: object): void {
  const fields = socket as Record<string, unknown>;
  fields.binaryType = 'blob';
  for (let at = 0; at < HANDLERS.length; at += 1) fields[`on${HANDLERS[at]}`] = null;
}

function addAccessors(prototype: object): void {
  const attribute = (
    name: string,
    get: (state: SocketState) => unknown,
    set?: (state: SocketState, value: unknown) => void
  ) =>
    define(prototype, name, {
      get(this: Stateful) {
        return get(this._state);
      },
      set:
        set &&
        function (this: Stateful, value: unknown) {
          set(this._state, value);
        },
      enumerable: true,
      configurable: true
    });
  const readOnly = (name: string) => attribute(name, (state) => read(state, name));
  const handler = (type: string) =>
    attribute(
      `on${type}`,
      (state) => state.listeners.handler(type),
      (state, value) => state.listeners.setHandler(type, value)
    );
  for (let at = 0; at < READ_ONLY.length; at += 1) readOnly(READ_ONLY[at] as string);
  for (let at = 0; at < HANDLERS.length; at += 1) handler(HANDLERS[at] as string);
  attribute(
    'binaryType',
    (state) => state.binaryType,
    (state, value) => state.setBinaryType(value)
  );
}

/** What newer engines let a page see of a native socket besides: `instanceof`, also of the native ones passed through, and the tag. */
function nameAsNative(
  WebSocket: { prototype: object },
  native: NativeWebSocketConstructor | undefined
): void {
  const { hasInstance, toStringTag } = page.Symbol || {};
  const { prototype } = WebSocket;
  if (toStringTag) put(prototype, toStringTag, 'WebSocket');
  if (hasInstance)
    put(
      WebSocket,
      hasInstance,
      (value: object) => isMadeBy(WebSocket, value) || (!!native && isMadeBy(native, value))
    );
  const { setPrototypeOf } = Object as unknown as { setPrototypeOf?: (of: object, to: object) => void };
  if (setPrototypeOf && page.EventTarget) setPrototypeOf(prototype, page.EventTarget.prototype);
}

/** The plain rule of `instanceof`, false for what is no object. */
function isMadeBy(constructor: { prototype: object }, value: object): boolean {
  return Object.prototype.isPrototypeOf.call(constructor.prototype, value);
}
