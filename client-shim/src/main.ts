import { page } from './browser/page.ts';
import { baseUrl, currentScript, scriptAddress } from './browser/place.ts';
import { connectWith } from './connect/connect.ts';
import { resolve } from './facade/url.ts';
import { authorityOf } from './lang/authority.ts';
import { createStompShim, lookForStomp, type StompShim } from './stomp/shim.ts';

// The script for a page. It replaces `window.WebSocket` at once, with the settings of its tag, and
// repairs the page's STOMP library. A second tag adds its settings to the first.
const script = currentScript();
const attribute = (name: string) => (script && script.getAttribute(name)) || '';
const home = (attribute('src') && resolve(attribute('src'), baseUrl())) || scriptAddress();
const known = page.WebSocketShim as StompShim | undefined;
const shim = known || createStompShim(connectWith, home);
// Later, `WebSocket` may be what an agent has made of the shim.
if (!known) page.WebSocketShim = page.WebSocket = shim as never;
shim.configure({
  gateways: authorityOf(home)._host + ' ' + attribute('data-gateway'),
  map: attribute('data-map'),
  transports: attribute('data-transports'),
  rest: attribute('data-rest')
});
lookForStomp(shim);
