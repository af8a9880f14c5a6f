import assert from 'node:assert/strict';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { refuseLoops } from '../../../gateway/config/route-loops.ts';

const resolved = (options: Parameters<typeof resolveOptions>[0]) => resolveOptions(options);

describe('the option app', () => {
  it('is a URL, or a table with one', () => {
    const { app, demo, routes } = resolved({ app: 'http://127.0.0.1:8000/' });
    assert.deepEqual(app, {
      secure: false,
      hostname: '127.0.0.1',
      port: 8000,
      host: undefined,
      ca: undefined,
      inject: true,
      exclude: [],
      prefix: '',
      timeout: 300_000,
      anyHost: true,
    });
    assert.deepEqual([demo, routes], [false, []]);
    assert.equal(resolved({ app: { url: 'https://[::1]' } }).app?.port, 443);
    assert.equal(resolved({ app: { url: 'HTTP://name' } }).app?.hostname, 'name');
    assert.deepEqual(resolved({ app: { url: 'http://a', exclude: '/raw/' } }).app?.exclude, ['/raw']);
    assert.equal(resolved({ app: { url: 'http://a', timeout: 'off' } }).app?.timeout, 0);
    assert.equal(resolved({ app: { url: 'http://a', prefix: '/-gw/' } }).app?.prefix, '/-gw');
  });

  it('leaves ordinary routes beside it, and narrows its names by host', () => {
    const { app, routes } = resolved({ app: 'http://a', routes: ['/ws=echo:'], host: 'shop.example' });
    assert.deepEqual([app?.anyHost, routes.length], [false, 1]);
  });

  it('accepts the usual names only where the application is given another Host', () => {
    for (const options of [{ app: { url: 'http://a', host: 'b' } }, { app: 'http://a', appHost: 'b' }]) {
      assert.equal(resolved(options).app?.anyHost, false);
    }
  });

  it('has its Host from appHost, which wins', () => {
    assert.equal(resolved({ app: { url: 'http://a', host: 'b' } }).app?.host, 'b');
    assert.equal(resolved({ app: { url: 'http://a', host: 'b' }, appHost: 'c:1' }).app?.host, 'c:1');
  });

  for (const [options, message] of [
    [{ app: 'localhost:8000' }, /^app "localhost:8000" must be .*; write http:\/\/localhost:8000$/],
    [{ app: '8000' }, /; write http:\/\/127\.0\.0\.1:8000$/],
    [{ app: 'ws://a:1/x' }, /; write http:\/\/a:1$/],
    [{ app: 'http://a/base' }, /without a path; write http:\/\/a$/],
    [{ app: 'http://a:0' }, /^app "http:\/\/a:0" must be /],
    [{ app: 'http://u:p@a' }, /must be /],
    [{ app: 'ftp://' }, /must be /],
    [{ app: { host: 'a' } }, /^app.url .*must be http:/],
    [{ app: { url: 'http://a', ca: 'x.pem' } }, /^app.ca is for https:\/\/ applications$/],
    [{ app: { url: 'http://a', prefix: '/' } }, /^app.prefix "\/" must be a path like \/gateway$/],
    [{ app: { url: 'http://a', exlude: '/x' } }, /^app.exlude is not an option; did you mean app.exclude\?$/],
    [{ app: 'http://a', demo: true }, /^demo and app exclude each other: both have the path \/$/],
    [{ app: 'http://a', routes: ['/=echo:'] }, /^routes\[0\] has the path \/ of the application/],
    [{ appHost: 'a' }, /^appHost needs app$/],
  ] as const) {
    it(`${JSON.stringify(options)} is refused in one line`, () => {
      assert.throws(
        () => resolved(options as never),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }

  it('may not lead to the gateway itself', () => {
    const own = resolved({ app: 'http://127.0.0.1:8099', listen: 8099 });
    assert.throws(
      () => refuseLoops(own),
      /^ConfigError: app leads to the gateway itself, at 127\.0\.0\.1:8099; /,
    );
    refuseLoops(resolved({ app: 'http://127.0.0.1:8098', listen: 8099 }));
  });
});
