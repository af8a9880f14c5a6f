// biome-ignore-all lint/suspicious/noProto: short; engines with EventTarget() have it
import type { NativeWebSocketConstructor } from '../../browser.d.ts';
import { nativeTargets, type WithPrototype } from '../browser/native-events.ts';
import { page } from '../browser/page.ts';
import { baseUrl, pageOrigin } from '../browser/place.ts';
import type { Connect } from '../connect/connection.ts';
import { nothing } from '../lang/nothing.ts';
import { illegalCall } from './errors.ts';
import { Listeners } from './listeners.ts';
import { LiveSockets } from './live-sockets.ts';
import { addAccessors, addMethods, syncFields } from './members.ts';
import { checkProtocols, protocolList } from './protocols.ts';
import type { Settings } from './settings.ts';
import { SocketState } from './socket-state.ts';
import { createStates } from './states.ts';
import type { StompHooks } from './stomp-hooks.ts';
import { webSocketUrl } from './url.ts';
import { isMadeBy, shapeAsNative } from './web-idl.ts';

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

/**
 * Creates the constructor that replaces `window.WebSocket` (WHATWG WebSockets §3.1).
 *
 * Where the engine can, its sockets are objects of the engine with the prototype of the shim. For a
 * gateway's address that is an EventTarget, with the state in a WeakMap. For any other address it
 * is the native socket itself, and the prototype's members lead to those that it had before. So a
 * subclass and a patched prototype hold for every address, and nothing of the native socket is
 * lost. Two other ways were weighed:
 *
 * - An object around each native socket would have to repeat all of its events. They would not be
 *   trusted ones, and an attribute of a later standard would be missing.
 * - Members put into the native prototype would change the page when the module is only imported,
 *   and sockets that the page did not make by the shim.
 *
 * The prototype is set when the native socket is made. `Reflect.construct` with the page's class
 * would do without that, but agents that have replaced the constructor do not look at `new.target`.
 */
export function createWebSocket(environment: Environment): new (url: string, protocols?: unknown) => object {
  const { connect, _settings: settings, _accessors: accessors, _stompHooks: stompHooks } = environment;
  const Native = environment._native;
  const createNative = accessors ? nativeTargets() : null;
  const modern = !!createNative;
  const states = createStates(modern);
  const live = new LiveSockets();
  let refused = '';

  function WebSocket(this: object, url: unknown): object {
    // biome-ignore lint/complexity/noArguments: undefined is an address too, nothing is not
    const args = arguments;
    // Without `new` it is called on nothing, or on a socket.
    if (!(this instanceof WebSocket) || states.get(this) || !args.length) throw illegalCall();
    stompHooks._constructing();
    const text = `${url}`;
    const protocols = protocolList(args[1]);
    const base = baseUrl();
    const address = webSocketUrl(text, base);
    const target = settings.target(address, base);
    // An old native constructor would take an explicit undefined for a subprotocol of that name.
    if (!target && Native)
      return adopt(protocols.length ? new Native(text, protocols) : new Native(text), this);
    checkProtocols(protocols);
    const listeners = createNative ? createNative(this) : new Listeners(this);
    const socket = listeners._target;
    const state = new SocketState(
      address,
      {
        _stompHooks: stompHooks,
        _sync: accessors ? nothing : () => syncFields(socket, state),
        _changed: () => live._changed(state)
      },
      listeners,
      (events) =>
        target
          ? connect(
              {
                url: target,
                protocols,
                origin: pageOrigin(),
                transports: settings.transports,
                _rests: settings._rests
              },
              events
            )
          : refuse(settings._refusal(address, base))
    );
    states.set(socket, state);
    live._add(state);
    state._face._sync();
    return socket;
  }

  /** A browser without WebSocket cannot reach it. The console has it once. */
  function refuse(reason: string): string {
    const { console } = page;
    if (console && console.warn && refused !== reason) console.warn(reason);
    refused = reason;
    return reason;
  }

  /** What an agent's constructor returns may be no socket of the browser: it stays as it is. */
  function adopt(made: object, like: object): object {
    if (modern && page.EventTarget && isMadeBy(page.EventTarget, made)) {
      states.set(made, (made as WithPrototype).__proto__);
      (made as WithPrototype).__proto__ = (like as WithPrototype).__proto__;
    }
    return made;
  }

  const inherits = shapeAsNative(WebSocket, Native, modern);
  addMethods(WebSocket.prototype, states, modern, inherits);
  if (accessors) addAccessors(WebSocket.prototype, states, modern);
  return WebSocket as unknown as new () => object;
}
