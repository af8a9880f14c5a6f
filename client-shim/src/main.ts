import { page } from './browser/page.ts';
import { baseUrl, currentScript } from './browser/place.ts';
import { connectWith } from './connect/connect.ts';
import type { Options } from './facade/settings.ts';
import { createShim, type WebSocketShim } from './facade/shim.ts';
import { resolve } from './facade/url.ts';

// The script for a page: replaces window.WebSocket at once, as its tag says. A second tag adds to the first.
const script = currentScript();
const home = (script?.getAttribute('src') && resolve(script.getAttribute('src') as string, baseUrl())) || '';
const earlier = page.WebSocketShim as WebSocketShim | undefined;
const shim = earlier || createShim(connectWith, home);
page.WebSocketShim = page.WebSocket = shim as never;
if (earlier && home) earlier.configure({ gateways: home });

const NAMES = [
  ['gateways', 'gateway'],
  ['map', 'map'],
  ['transports', 'transports']
] as const;
for (let at = 0; at < NAMES.length; at += 1) {
  const [option, attribute] = NAMES[at] as (typeof NAMES)[number];
  const value = script?.getAttribute(`data-${attribute}`);
  if (value) shim.configure({ [option]: value } as Options);
}
