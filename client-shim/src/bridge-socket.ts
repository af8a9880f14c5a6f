import { page } from './browser/page.ts';
import { createBridges } from './connect/bridge.ts';
import { createPlatform } from './transport/platform.ts';

// The page's end of the bridge. It is a separate script, because few pages need it
// (transport/lazy-script.ts). All shims of a page share it.
if (!page.FallbackGatewayBridge)
  page.FallbackGatewayBridge = { open: createBridges(createPlatform(page, undefined)) };
