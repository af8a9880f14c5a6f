import type { NativeWebSocketConstructor } from '../../browser.d.ts';
import { put } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import { onPageLifecycle } from '../browser/page-lifecycle.ts';
import { baseUrl, pageOrigin } from '../browser/place.ts';
import type { Connect } from '../connect/connection.ts';
import { indexOf } from '../lang/list.ts';
import { nothing } from '../lang/nothing.ts';
import { addAccessors, syncFields } from './attributes.ts';
import type { SocketEvent } from './events.ts';
import { protocolList } from './protocols.ts';
import type { Settings } from './settings.ts';
import { CLOSED, CLOSING, CONNECTING, OPEN, SocketState } from './socket-state.ts';
import type { StompHooks } from './stomp-hooks.ts';
import { webSocketUrl } from './url.ts';

export interface Environment {
  readonly connect: Connect;
  readonly _settings: Settings;
  /** The browser's own constructor, for addresses that the shim does not handle. */
  readonly _native: NativeWebSocketConstructor | undefined;
  /**
   * Whether attributes can be accessors on the prototype (`hasAccessors`). If not, they are plain
   * fields that are kept up to date.
   */
  readonly _accessors: boolean;
  readonly _stompHooks: StompHooks;
}

const STATES: Record<string, number> = { CONNECTING, OPEN, CLOSING, CLOSED };

/** Creates the constructor that replaces `window.WebSocket` (WHATWG WebSockets §3.1). */
export function createWebSocket(environment: Environment): new (url: string, protocols?: unknown) => object {
  const { connect, _settings: settings, _accessors: accessors, _stompHooks: stompHooks } = environment;
  const Native = environment._native;
  let live: SocketState[] | null = null;

  class WebSocket {
    declare readonly _state: SocketState;

    constructor(url: unknown, protocols?: unknown) {
      if (!(this instanceof WebSocket)) throw new TypeError('Called without new.');
      // biome-ignore lint/complexity/noArguments: undefined is an address too, nothing is not
      if (!arguments.length) throw new TypeError('Called without an address.');
      stompHooks._constructing();
      const text = `${url}`;
      const base = baseUrl();
      const address = webSocketUrl(text, base);
      const target = settings.target(address, base);
      if (!target && Native) {
        // An old native constructor would treat an explicit undefined as a protocol of that name.
        const own = protocols === undefined ? new Native(text) : new Native(text, protocols as string[]);
        // biome-ignore lint/correctness/noConstructorReturn: the native socket itself is what the page is to get
        return own as unknown as WebSocket;
      }
      const requested = protocolList(protocols);
      const state = new SocketState(address, {
        target: this,
        _stompHooks: stompHooks,
        _sync: accessors ? nothing : () => syncFields(this, state),
        _ended: () => forget(state)
      });
      put(this, '_state', state);
      if (!live) onPageLifecycle(unload, freeze);
      live = live || [];
      live.push(state);
      state._start(
        connect,
        target === null
          ? null
          : { url: target, protocols: requested, origin: pageOrigin(), transports: settings.transports }
      );
      state._face._sync();
    }

    send(data: unknown): void {
      // biome-ignore lint/complexity/noArguments: undefined can be sent, nothing cannot
      if (!arguments.length) throw new TypeError('Called without data.');
      this._state.send(data);
    }

    close(code?: unknown, reason?: unknown): void {
      this._state.close(code, reason);
    }

    addEventListener(type: unknown, listener: unknown, options?: unknown): void {
      this._state._face._sync();
      this._state._listeners._add(`${type}`, listener, options);
    }

    removeEventListener(type: unknown, listener: unknown, options?: unknown): void {
      this._state._listeners._remove(`${type}`, listener, options);
    }

    dispatchEvent(event: SocketEvent): boolean {
      if (!event || typeof event !== 'object') throw new TypeError('Called without an event.');
      this._state._dispatch(event);
      return !event.defaultPrevented;
    }
  }

  function unload(): void {
    const left = live || [];
    live = [];
    for (let at = 0; at < left.length; at += 1) (left[at] as SocketState)._unload();
  }

  function freeze(frozen: boolean): void {
    for (let at = 0; live && at < live.length; at += 1) (live[at] as SocketState)._freeze(frozen);
  }

  function forget(state: SocketState): void {
    const at = indexOf(live || [], state);
    if (live && at >= 0) live.splice(at, 1);
  }

  const prototype = WebSocket.prototype;
  for (const name in STATES) {
    put(prototype, name, STATES[name]);
    put(WebSocket, name, STATES[name]);
  }
  if (accessors) addAccessors(prototype);
  nameAsNative(WebSocket, Native);
  return WebSocket as unknown as new () => object;
}

/**
 * Adds what newer engines show of a native socket: the tag, and `instanceof`, which is also true
 * for native sockets that the shim returned.
 */
function nameAsNative(
  WebSocket: { prototype: object },
  Native: NativeWebSocketConstructor | undefined
): void {
  const { hasInstance, toStringTag } = page.Symbol || {};
  const { prototype } = WebSocket;
  if (toStringTag) put(prototype, toStringTag, 'WebSocket');
  if (hasInstance)
    put(
      WebSocket,
      hasInstance,
      (value: object) => isMadeBy(WebSocket, value) || (!!Native && isMadeBy(Native, value))
    );
  const { setPrototypeOf } = Object as unknown as { setPrototypeOf?: (of: object, to: object) => void };
  if (setPrototypeOf && page.EventTarget) setPrototypeOf(prototype, page.EventTarget.prototype);
}

/** The plain rule of `instanceof`. False for a value that is not an object. */
function isMadeBy(maker: { prototype: object }, value: object): boolean {
  return Object.prototype.isPrototypeOf.call(maker.prototype, value);
}
