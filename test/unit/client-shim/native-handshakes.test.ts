import assert from 'node:assert/strict';
import { FakeBrowser } from './support/fake-browser.ts';
import { FakePage } from './support/fake-page.ts';

/** Time of a handshake until the shim asks the gateway. */
const TIMEOUT = 2000;

function newPage(): FakePage {
  return new FakePage(new FakeBrowser().withSocket());
}

/** The Upgrade of the page's first socket is swallowed, and everything else works. */
function swallow(page: FakePage): void {
  page.browser.clock.advance(TIMEOUT);
  page.upgrade('none');
  page.create();
}

/** Whether the next socket of a page begins with a native WebSocket. */
function triesNative(page: FakePage): boolean {
  const before = page.browser.sockets.length;
  page.open().connection.close(1000, '');
  page.browser.clock.advance(0);
  return page.browser.sockets.length > before;
}

describe('the time of a native handshake', () => {
  it('does not depend on those to another host', () => {
    const page = newPage();
    page.open();
    page.open({ url: 'ws://other:8080/echo' });
    page.browser.clock.advance(TIMEOUT);
    assert.equal(page.browser.count('upgrade'), 2);
  });

  it('goes on as long as the gateway has the handshake and waits for its backend', () => {
    const page = newPage();
    const { received, connection } = page.open();
    for (let i = 0; i < 4; i += 1) {
      page.browser.clock.advance(TIMEOUT);
      page.upgrade('pending');
    }
    page.opens(0);
    assert.deepEqual(received, ['open']);
    assert.equal(connection.transport(), 'websocket');
    page.browser.clock.advance(60_000);
    assert.equal(page.browser.count('create'), 0);
    assert.equal(page.browser.count('upgrade'), 4);
  });

  it('ends after half a minute, whatever the gateway says', () => {
    const page = newPage();
    page.open();
    for (let i = 0; i < 15; i += 1) {
      page.browser.clock.advance(TIMEOUT);
      if (page.browser.last('upgrade').readyState !== 4) page.upgrade('pending');
    }
    assert.equal(page.browser.count('create'), 1);
  });

  it('is over when a gateway of before does not know the question', () => {
    const page = newPage();
    page.open();
    page.browser.clock.advance(TIMEOUT);
    page.browser.last('upgrade').end(404, 'no such action');
    assert.equal(page.browser.count('create'), 1);
  });

  it('is at least four round trips', () => {
    const page = newPage();
    const { received } = page.open();
    page.browser.clock.advance(TIMEOUT);
    page.browser.clock.advance(700);
    page.upgrade('none');
    assert.equal(page.browser.count('create'), 0);
    page.browser.clock.advance(90);
    page.opens(0);
    assert.deepEqual(received, ['open']);
    page.browser.clock.advance(10_000);
    assert.equal(page.browser.count('upgrade'), 1);
  });

  it('is not limited where nothing else could be tried', () => {
    const page = newPage();
    const { received } = page.open({ transports: ['websocket'] });
    page.browser.clock.advance(120_000);
    assert.equal(page.browser.requests.length, 0);
    page.opens(0);
    assert.deepEqual(received, ['open']);
  });

  it('ends the question to the gateway when the socket opens', () => {
    const page = newPage();
    page.open({ origin: 'http://page' });
    page.browser.clock.advance(TIMEOUT);
    const question = page.browser.last('upgrade');
    assert.equal(question.url, 'http://host:8080/echo/_fallback/v1/upgrade');
    assert.equal(question.withCredentials, true);
    page.opens(0);
    assert.equal(question.aborted, true);
    page.browser.clock.advance(60_000);
    assert.equal(page.browser.requests.length, 1);
  });
});

describe('a native WebSocket is passed over for a while', () => {
  it('when the network swallows its Upgrade and lets HTTP pass at once', () => {
    const page = newPage();
    page.open();
    swallow(page);
    assert.ok(!triesNative(page));
    assert.ok(!triesNative(new FakePage(page.browser)), 'another page of the browser knows it, too');
  });

  for (const [what, prepare] of [
    ['while another one is open', (page: FakePage) => page.opens(0)],
    [
      'soon after another one was open',
      (page: FakePage) => {
        page.opens(0);
        page.hears(0);
        page.breaks(0);
      },
    ],
  ] as const)
    it(`but not ${what}`, () => {
      const page = newPage();
      page.open();
      prepare(page);
      page.open();
      swallow(page);
      assert.ok(triesNative(page));
    });

  it('but not while one is open, however long', () => {
    const page = newPage();
    page.open();
    page.opens(0);
    page.browser.clock.advance(3_600_000);
    page.open();
    swallow(page);
    assert.ok(triesNative(page));
  });

  it('but not because of another page, where one of this page opened a moment ago', () => {
    const page = newPage();
    page.open();
    page.opens(0);
    const other = new FakePage(page.browser);
    other.open();
    swallow(other);
    assert.ok(triesNative(other));
  });

  it('minutes after the last one was open', () => {
    const page = newPage();
    page.open();
    page.opens(0);
    page.hears(0);
    page.breaks(0);
    page.browser.clock.advance(200_000);
    page.open();
    swallow(page);
    assert.ok(!triesNative(page));
  });

  it('but not where the answer to create took as long: the backend is slow', () => {
    const page = newPage();
    page.open();
    page.browser.clock.advance(TIMEOUT);
    page.upgrade('none');
    page.browser.clock.advance(1300);
    page.create();
    assert.ok(triesNative(page));
  });

  it('but not where the page was suspended meanwhile', () => {
    const page = newPage();
    page.open();
    page.browser.slept = 3_600_000;
    swallow(page);
    assert.ok(triesNative(page));
  });

  it('but not where the gateway was down for everything a moment ago', () => {
    const page = newPage();
    page.open();
    page.breaks(0);
    page.browser.last('create').end(502, 'the backend did not accept');
    page.browser.clock.advance(1000);
    page.open();
    swallow(page);
    assert.ok(triesNative(page));
  });

  it('when one opens and breaks without a message, but not where another had some lately', () => {
    const page = newPage();
    page.open();
    page.opens(0);
    page.breaks(0);
    assert.ok(!triesNative(page));

    const good = newPage();
    for (let i = 0; i < 2; i += 1) good.open();
    good.opens(0);
    good.hears(0);
    good.opens(1);
    good.breaks(1);
    assert.ok(triesNative(good));
  });

  it('until another transport brings no more than it did: then the backend breaks them', () => {
    const page = newPage();
    page.open();
    page.opens(0);
    page.breaks(0);
    const { received } = page.open();
    page.create();
    page.browser.last('xhr-polling').end(200, '#1\x1eX\x1e');
    assert.deepEqual(received, ['open', 'closed 1006']);
    assert.ok(triesNative(page));
  });
});

describe('a page that goes into the back/forward cache', () => {
  it('ends a handshake and begins anew when it comes back', () => {
    const page = newPage();
    const { connection, received } = page.open();
    page.browser.clock.advance(1000);
    connection._freeze(true);
    assert.deepEqual(page.native(0).closedWith, []);
    page.browser.clock.advance(600_000);
    assert.equal(page.browser.requests.length, 0);
    connection._freeze(false);
    page.opens(1);
    assert.deepEqual(received, ['open']);
  });

  it('forgets a create and asks anew when it comes back', () => {
    const page = new FakePage(new FakeBrowser());
    const { connection, received } = page.open();
    const before = page.browser.last('create');
    connection._freeze(true);
    page.browser.clock.advance(1);
    before.end(200, '');
    page.browser.clock.advance(60_000);
    assert.equal(page.browser.count('create'), 1);
    connection._freeze(false);
    assert.notEqual(page.browser.last('create').body, before.body);
    page.create();
    assert.deepEqual(received, ['open']);
  });

  it('does not pass over native WebSockets because the browser ended them meanwhile', () => {
    const page = newPage();
    const { connection } = page.open();
    page.opens(0);
    connection._freeze(true);
    connection._freeze(false);
    page.breaks(0);
    assert.ok(triesNative(page));
  });

  it('wakes nothing that was closed before', () => {
    const page = newPage();
    const { connection } = page.open();
    connection.close(1000, '');
    connection._freeze(true);
    connection._freeze(false);
    page.browser.clock.advance(60_000);
    assert.equal(page.browser.sockets.length, 1);
    assert.equal(page.browser.requests.length, 0);
  });
});
