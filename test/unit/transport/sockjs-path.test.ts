import assert from 'node:assert/strict';
import { isFrequent, parseSockJsPath } from '../../../gateway/transport/sockjs/path.ts';
import { handshakeUrl } from '../../../gateway/transport/sockjs/url.ts';

describe('an address below a route', () => {
  const session = (base: string, id: string, action: string) => ({
    kind: 'session',
    base,
    session: id,
    action,
  });

  for (const [path, route, expected] of [
    ['/echo', '/echo', { kind: 'greeting', base: '/echo' }],
    ['/echo/', '/echo', { kind: 'greeting', base: '/echo' }],
    ['/', '', { kind: 'greeting', base: '' }],
    ['/echo/info', '/echo', { kind: 'info', base: '/echo' }],
    ['/info', '', { kind: 'info', base: '' }],
    ['/app/chat/info', '/app', { kind: 'info', base: '/app/chat' }],
    ['/echo/iframe-1.6.1.html', '/echo', { kind: 'iframe', base: '/echo' }],
    ['/echo/iframe.js', '/echo', { kind: 'library', base: '/echo' }],
    ['/echo/websocket', '/echo', { kind: 'websocket', base: '/echo' }],
    ['/a/b/websocket', '/a/b', { kind: 'websocket', base: '/a/b' }],
    ['/a/b/websocket', '', session('', 'b', 'websocket')],
    ['/echo/000/abc/websocket', '/echo', session('/echo', 'abc', 'websocket')],
    ['/echo/000/abc/xhr', '/echo', session('/echo', 'abc', 'xhr')],
    ['/000/abc/xhr_send', '', session('', 'abc', 'xhr_send')],
    ['/app/chat/000/abc/eventsource', '/app', session('/app/chat', 'abc', 'eventsource')],
    ['/echo/abc/xhr', '/echo', undefined],
    ['/echo/000/abc/xhr/', '/echo', session('/echo', 'abc', 'xhr')],
    ['/echo/info/', '/echo', { kind: 'info', base: '/echo' }],
    ['/echo/000/abc/xhr//', '/echo', undefined],
    ['/echo//', '/echo', undefined],
    ['//', '', undefined],
    ['/echo/0.0/abc/xhr', '/echo', undefined],
    ['/echo//abc/xhr', '/echo', undefined],
    ['/echo//info', '/echo', undefined],
    ['/echo/000/abc/other', '/echo', undefined],
    ['/echo/iframe/', '/echo', undefined],
  ] as const) {
    it(`${path} of the route "${route}"`, () => assert.deepEqual(parseSockJsPath(path, route), expected));
  }

  it('is known by sight if it comes often', () => {
    for (const target of ['/a/0/b/xhr', '/a/0/b/xhr_send?t=1/2', '/a/0/b/eventsource', '/a/info?x']) {
      assert.ok(isFrequent(target), target);
    }
    for (const target of ['/a', '/', '', '/a/iframe.html', '/xhr/a', '/a?b=/xhr']) {
      assert.ok(!isFrequent(target), target);
    }
  });

  it('goes to the backend as the page gave it, without what its client added', () => {
    const now = 't=1700000000000';
    assert.equal(handshakeUrl('/echo', '', 'time'), '/echo');
    assert.equal(handshakeUrl('', now, 'time'), '/');
    assert.equal(handshakeUrl('/echo', `a=1&${now}`, 'time'), '/echo?a=1');
    assert.equal(handshakeUrl('/echo', `t=5&${now}`, 'time'), '/echo?t=5');
    assert.equal(handshakeUrl('/echo', 't=5', 'time'), '/echo?t=5');
    assert.equal(handshakeUrl('/echo', 'token=x%26&c=_jp.aabc', 'callback'), '/echo?token=x%26');
    assert.equal(handshakeUrl('/echo', 'c=mine&c=_jp.aabc', 'callback'), '/echo?c=mine');
    assert.equal(handshakeUrl('/echo', 'c=mine', 'time'), '/echo?c=mine');
    assert.equal(handshakeUrl('/echo', `c=mine&${now}`), `/echo?c=mine&${now}`);
  });
});
