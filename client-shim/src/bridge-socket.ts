import { page } from './browser/page.ts';
import { createBridges } from './connect/bridge.ts';
import { now } from './lang/now.ts';

// The page's end of the bridge. It is a separate script, because few pages need it
// (transport/lazy-script.ts). All shims of a page share it.
if (!page.FallbackGatewayBridge)
  page.FallbackGatewayBridge = { open: createBridges({ _page: page, _socket: undefined, _now: now }) };
