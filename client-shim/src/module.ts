import { page } from './browser/page.ts';
import { connectWith } from './connect/connect.ts';
import type { Options } from './facade/settings.ts';
import { createStompShim, lookForStomp } from './stomp/shim.ts';

// The shim for bundlers. Importing it does not change the page. Its types are in ../module.d.ts.

export { Bytes } from './lang/bytes.ts';

export const WebSocketShim = createStompShim(connectWith, '');

export function configure(options: Options): void {
  WebSocketShim.configure(options);
}

export function install(options?: Options): void {
  if (options) configure(options);
  page.WebSocketShim = page.WebSocket = WebSocketShim as never;
  lookForStomp(WebSocketShim);
}
