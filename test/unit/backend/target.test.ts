import assert from 'node:assert/strict';
import { targetOrigin, targetPath } from '../../../gateway/backend/target.ts';
import { RefusedError } from '../../../gateway/base/errors.ts';
import { handshake, target } from '../../support/servers/upstreams.ts';

describe('the path of a handshake upstream', () => {
  const path = (backend: string | undefined, url: string, rest: string): string =>
    targetPath(target(80, { path: backend }), handshake({ url, rest }));

  it('is the whole path of the client when the backend has none', () => {
    assert.equal(path(undefined, '/ws/room?x=1', '/room?x=1'), '/ws/room?x=1');
  });

  it('has the backend path in place of the route', () => {
    assert.equal(path('/app', '/ws/room?x=1', '/room?x=1'), '/app/room?x=1');
    assert.equal(path('/app', '/ws', ''), '/app');
    assert.equal(path('/app', '/ws?x=1', '?x=1'), '/app?x=1');
  });

  it('doubles no slash', () => {
    assert.equal(path('/', '/ws/room', '/room'), '/room');
    assert.equal(path('/app/', '/ws/room', '/room'), '/app/room');
    assert.equal(path('/app/', '/ws', ''), '/app/');
  });

  it('keeps what the client wrote', () => {
    assert.equal(path('/app', '/ws/%7Ea//b;c?q=%20[]', '/%7Ea//b;c?q=%20[]'), '/app/%7Ea//b;c?q=%20[]');
    assert.equal(path('/app', '/ws/x?../..', '/x?../..'), '/app/x?../..');
    assert.equal(path('/app', '/ws/..x/...', '/..x/...'), '/app/..x/...');
  });

  it('is refused when it could not stand in a request line', () => {
    for (const rest of ['/a b', '/a\r\nX: y', '/a\u0000', '/ä', '/a#b', '/a\u007f']) {
      assert.throws(() => path('/app', `/ws${rest}`, rest), RefusedError, JSON.stringify(rest));
    }
  });

  it('is refused when it would climb out of the route', () => {
    for (const rest of ['/..', '/../admin', '/a/%2e%2E/b', '/.%2e/x', '/.', '/..\\admin', '/a\\..\\b']) {
      assert.throws(() => path('/app', `/ws${rest}`, rest), RefusedError, rest);
    }
  });
});

describe('the origin of a target', () => {
  it('has brackets around an IPv6 address', () => {
    assert.equal(targetOrigin(target(9001, { hostname: '::1' })), 'ws://[::1]:9001');
    assert.equal(targetOrigin(target(443, { hostname: 'app.test', secure: true })), 'wss://app.test:443');
  });
});
