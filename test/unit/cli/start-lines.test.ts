import assert from 'node:assert/strict';
import { startLines } from '../../../gateway/cli/start-lines.ts';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';

describe('the lines of a start', () => {
  const address = {
    host: '127.0.0.1',
    port: 8080,
    stompPort: undefined,
    policyPort: undefined,
    statusPort: undefined,
  };
  const lines = (options: GatewayOptions) => startLines(resolveOptions(options), address).join('\n');
  const cluster = { url: 'nats://nats.intranet:4222' };

  it('say that machines of a cluster do not share the embedded broker', () => {
    const split = /stomp: is a broker of its own on each machine/;
    assert.match(lines({ cluster, routes: ['/stomp=stomp:'] }), split);
    assert.doesNotMatch(lines({ cluster, routes: ['/stomp=stomp://broker.intranet'] }), split);
    assert.doesNotMatch(lines({ workers: 2, routes: ['/stomp=stomp:'] }), split);
  });
});
