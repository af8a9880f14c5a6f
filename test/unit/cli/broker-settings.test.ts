import assert from 'node:assert/strict';
import { brokerSettings } from '../../../gateway/cli/broker-settings.ts';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';

describe('what the broker process gets', () => {
  const settings = (options: GatewayOptions) =>
    brokerSettings(
      resolveOptions(options),
      (key) => (key === 'memory' ? 'flag' : { file: 'g.yaml' }),
      2,
      '/s',
    );
  const paths = (options: GatewayOptions) => Object.keys(settings(options)?.brokers ?? {});

  it('is nothing where no route leads to an embedded broker', () => {
    assert.equal(settings({ routes: ['/ws=ws://127.0.0.1:1', '/stomp=stomp://127.0.0.1:2'] }), undefined);
  });

  it('is a broker for all routes of the operator or for the TCP port, and one for the demo', () => {
    assert.deepEqual(paths({ routes: ['/a=stomp:', '/b=stomp:'] }), ['/']);
    assert.deepEqual(paths({ routes: ['/a=echo:'], stompPort: '127.0.0.1:0' }), ['/']);
    assert.deepEqual(paths({}), ['/', '/demo/stomp']);
    assert.deepEqual(paths({ routes: ['/demo/stomp=echo:'], demo: true }), []);
  });

  it('is data: it comes out of JSON as it went in', () => {
    const options = { routes: ['/a=stomp:'], stompPort: '127.0.0.1:0', stomp: { users: { anna: 'secret' } } };
    const { written, ...rest } = JSON.parse(JSON.stringify(settings(options)));
    assert.equal(rest.brokers['/'].users.anna.passcode, 'secret');
    assert.deepEqual(rest.listen, { host: '127.0.0.1', port: 0 });
    assert.deepEqual([written.memory, written.stomp], ['flag', { file: 'g.yaml' }]);
  });

  it('has the bounds as the options say them for remedies, and its part for itself', () => {
    const { connectionLimits, bounds } =
      settings({ routes: ['/a=stomp:'], stompPort: '127.0.0.1:0', maxConnections: 300 }) ?? {};
    assert.equal(connectionLimits?.maxConnections, 100);
    assert.equal(bounds?.maxConnections, '600');
  });
});
