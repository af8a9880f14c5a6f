import { openRealm } from '../support/browser/realm.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { websocketConformance } from './conformance.ts';

/**
 * Without shim and gateway: what the scenario expects is what a WebSocket does that nobody here
 * wrote.
 */
describe("the scenario, over the stand-in's own WebSocket and without a gateway", () => {
  let upstream: Upstream;

  before(async () => {
    upstream = await startConformanceUpstream();
  });
  after(() => upstream.close());

  websocketConformance({
    tags: ['local', 'lines', 'echo', 'commands', 'refuse'],
    environment: () => ({ url: `ws://127.0.0.1:${upstream.port}/`, transport: null, millis: 5000 }),
    open: async () => openRealm({ url: `http://127.0.0.1:${upstream.port}/page` }),
  });
});
