import type { NativeWebSocketConstructor } from '../../browser.d.ts';
import { hasAccessors, put } from '../browser/define.ts';
import { constructorIn, page } from '../browser/page.ts';
import { baseUrl } from '../browser/place.ts';
import type { Connect } from '../connect/connection.ts';
import { Bytes } from '../lang/bytes.ts';
import { VERSION } from '../lang/version.ts';
import { type Options, Settings } from './settings.ts';
import type { StompHooks } from './stomp-hooks.ts';
import { createWebSocket } from './web-socket.ts';

/** The constructor, with the shim's own properties. */
export interface WebSocketShim {
  new (url: string, protocols?: unknown): object;
  /** The browser's own constructor, or undefined. */
  NativeWebSocket: NativeWebSocketConstructor | undefined;
  Bytes: typeof Bytes;
  version: string;
  configure(options: Options): void;
}

/**
 * Creates the shim without changing the page. `connectWith` gets the browser's own WebSocket as it
 * is now, before the shim replaces it. `home` is the address of the script, empty if unknown.
 */
export function createShim(
  connectWith: (own: NativeWebSocketConstructor | undefined) => Connect,
  home: string,
  stompHooks: StompHooks
): WebSocketShim {
  const own = constructorIn(page.WebSocket);
  const settings = new Settings(home);
  const accessors = hasAccessors();
  const connect = connectWith(own);
  const shim = createWebSocket({
    connect,
    _settings: settings,
    _native: own,
    _accessors: accessors,
    _stompHooks: stompHooks
  }) as WebSocketShim;
  // Not enumerable, because agents and libraries copy what they find on a WebSocket.
  put(shim, 'NativeWebSocket', own);
  put(shim, 'Bytes', Bytes);
  put(shim, 'version', VERSION);
  put(shim, 'configure', (options: Options) => settings.configure(options, baseUrl()));
  return shim;
}
