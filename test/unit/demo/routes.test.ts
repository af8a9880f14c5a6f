import assert from 'node:assert/strict';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { demoRoutes } from '../../../gateway/demo/routes.ts';

const paths = (given: Parameters<typeof resolveOptions>[0]) =>
  demoRoutes(resolveOptions(given)).map(({ path }) => path);

describe('the routes of the demo', () => {
  it('are an echo and a broker', () => assert.deepEqual(paths({}), ['/demo/echo', '/demo/stomp']));

  it('are left out together with the demo', () => assert.deepEqual(paths({ demo: false }), []));

  it('are left out where the operator has routes', () =>
    assert.deepEqual(paths({ routes: ['/a=echo:'] }), []));

  it('leave a path to a route of the operator', () => {
    assert.deepEqual(paths({ routes: ['/demo/echo=ws://h'], demo: true }), ['/demo/stomp']);
  });

  it('have JSONP always, and the ping of the options', () => {
    for (const route of demoRoutes(resolveOptions({ jsonp: false, clientPing: '5s' }))) {
      assert.deepEqual([route.jsonp, route.clientPing], [true, 5000]);
    }
  });
});
