import assert from 'node:assert/strict';
import { hostname } from 'node:os';
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

  it('offer the names of --host where other machines reach the gateway', () => {
    const opened = (options: GatewayOptions) =>
      [...lines(options).matchAll(/^open http:\/\/([^:]+):8080\//gm)].map(([, host]) => host);
    const names = ['gateway.intranet', 'gw.intranet.'];
    assert.deepEqual(opened({ listen: '0.0.0.0:8080', host: names }), [
      'localhost',
      'gateway.intranet',
      'gw.intranet',
    ]);
    assert.deepEqual(opened({ listen: '10.0.0.1:8080', host: 'gw.intranet' }), ['10.0.0.1', 'gw.intranet']);
    assert.deepEqual(opened({ listen: '0.0.0.0:8080', host: '*' }), ['localhost', hostname().toLowerCase()]);
    assert.deepEqual(opened({ listen: '127.0.0.1:8080', host: 'gw.intranet' }), ['127.0.0.1']);
  });

  it('say what to change first, and nothing that is done', () => {
    const next = (options: GatewayOptions) => /^next: (.*)$/m.exec(lines(options))?.[1];
    const routes = ['/ws=ws://127.0.0.1:9001'];
    const all = { routes, listen: '0.0.0.0:8080', origin: ['http://app.intranet'] };
    assert.match(
      String(next({})),
      /^--route \/ws=.*; --listen 0\.0\.0\.0:8080 .*; --origin .*; --status 9090 /,
    );
    assert.doesNotMatch(String(next({ status: 9090 })), /--status/);
    assert.equal(next(all), '--host gateway.example is the name that browsers use');
    assert.equal(next({ ...all, host: 'gateway.intranet' }), undefined);
    assert.equal(next({ ...all, host: '*' }), undefined);
  });
});
