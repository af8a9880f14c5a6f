import { page } from './browser/page.ts';
import { createBridges } from './connect/bridge.ts';
import { now } from './lang/now.ts';

// The page's end of the bridge, a script of its own: only a page that needs it loads it
// (transport/lazy-script.ts). One for all shims of the page.
if (!page.FallbackGatewayBridge)
  page.FallbackGatewayBridge = { open: createBridges({ _page: page, _socket: undefined, _now: now }) };
