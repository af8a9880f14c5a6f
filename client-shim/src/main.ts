import { page } from './browser/page.ts';
import { baseUrl, currentScript } from './browser/place.ts';
import { connectWith } from './connect/connect.ts';
import { createShim, type WebSocketShim } from './facade/shim.ts';
import { resolve } from './facade/url.ts';
import { authorityOf } from './lang/authority.ts';

// The script for a page: replaces window.WebSocket at once, as its tag says. A second tag adds to the first.
const script = currentScript();
const attribute = (name: string) => script?.getAttribute(name) || '';
const home = (attribute('src') && resolve(attribute('src'), baseUrl())) || '';
const shim = (page.WebSocketShim as WebSocketShim | undefined) || createShim(connectWith, home);
page.WebSocketShim = page.WebSocket = shim as never;
shim.configure({
  gateways: authorityOf(home).host + ' ' + attribute('data-gateway'),
  map: attribute('data-map'),
  transports: attribute('data-transports')
});
