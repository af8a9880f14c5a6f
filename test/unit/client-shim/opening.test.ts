import assert from 'node:assert/strict';
import { FakeBrowser } from './support/fake-browser.ts';
import { FakePage, RS } from './support/fake-page.ts';

const STREAMS = { transports: ['xhr-streaming'] };

/** A browser without a native WebSocket. */
function newPage(): FakePage {
  return new FakePage(new FakeBrowser());
}

/** The lines of the console. */
function listenTo({ browser }: FakePage): string[] {
  const lines: string[] = [];
  browser.page.console = { error: (text: string) => lines.push(text.trimEnd()) };
  return lines;
}

describe('a fallback session opens', () => {
  it('with the answer to create where its list has a poll, which the answer proves', () => {
    const page = newPage();
    const { received } = page.open({ transports: ['xhr-streaming', 'xhr-polling'] });
    page.create();
    assert.deepEqual(received, ['open']);
  });

  it('with the first byte of a stream where its list has no poll, before any message', () => {
    const page = newPage();
    const { received, steps } = page.open(STREAMS);
    page.create();
    page.browser.clock.advance(100);
    assert.deepEqual(received, []);
    page.browser.last('xhr-streaming').grow(`#1${RS}Thello${RS}`);
    assert.deepEqual(received, ['open', 'message hello']);
    assert.deepEqual(steps().slice(-2), ['xhr-streaming: works', 'xhr-streaming: open']);
    page.browser.clock.advance(20_000);
    assert.deepEqual(received, ['open', 'message hello']);
  });

  it('at once where it joins a stream that works', () => {
    const page = newPage();
    const shared = { carriers: 'xhr-streaming,shared' };
    page.open(STREAMS);
    page.create({ token: 'n.1', ...shared });
    page.browser.last('xhr-streaming').grow(`#1${RS}`);
    const { received } = page.open(STREAMS);
    page.create({ token: 'n.2', ...shared });
    assert.deepEqual(received, ['open']);
  });

  it('with the stream that both wait for where it joins one that has not worked yet', () => {
    const page = newPage();
    const shared = { carriers: 'xhr-streaming,shared' };
    const first = page.open(STREAMS);
    page.create({ token: 'n.1', ...shared });
    const second = page.open(STREAMS);
    page.create({ token: 'n.2', ...shared });
    assert.deepEqual([first.received, second.received], [[], []]);
    page.browser.last('xhr-streaming').grow(`#1${RS}`);
    assert.deepEqual([first.received, second.received], [['open'], ['open']]);
  });

  it('on the second of two streams where the first is held back', () => {
    const page = newPage();
    page.browser.page.EventSource = class {
      close(): void {}
    };
    const { received, connection } = page.open({ transports: ['eventsource', 'xhr-streaming'] });
    page.create();
    page.browser.clock.advance(400);
    page.browser.last('xhr-streaming').grow(`#1${RS}`);
    assert.deepEqual(received, ['open']);
    assert.equal(connection.transport(), 'xhr-streaming');
  });

  for (const [transport, browser] of [
    ['xhr-streaming', new FakeBrowser()],
    ['websocket-session', new FakeBrowser().withSocket()],
  ] as const)
    it(`not at all on ${transport} alone that brings nothing: it fails within 5 s, says why, and the gateway knows`, () => {
      const page = new FakePage(browser);
      const { received, steps } = page.open({ transports: [transport] });
      page.create();
      page.browser.clock.advance(4900);
      assert.deepEqual(received, []);
      page.browser.clock.advance(100);
      assert.deepEqual(received, ['closed 1006']);
      assert.ok(steps().includes(`${transport}: held back`));
      assert.equal(steps().at(-1), ': no transport works');
      assert.equal(page.browser.beacons.at(-1)?.body, `n.k;X${RS}`);
      page.browser.clock.advance(60_000);
      assert.equal(page.browser.clock.timers, 0);
      assert.deepEqual(received, ['closed 1006']);
    });

  it('not after the page has closed it, and the gateway knows', () => {
    const page = newPage();
    const { received, connection, steps } = page.open(STREAMS);
    page.create();
    connection.close(1000, '');
    page.browser.clock.advance(0);
    assert.deepEqual(received, ['closed 1006']);
    assert.equal(steps().at(-1), ': closed');
    assert.equal(page.browser.beacons.at(-1)?.body, `n.k;X${RS}`);
    page.browser.clock.advance(60_000);
    assert.equal(page.browser.clock.timers, 0);
  });

  it('after a stay in the back/forward cache, if its stream works then', () => {
    const page = newPage();
    const { received, connection } = page.open(STREAMS);
    page.create();
    connection._freeze(true);
    page.browser.slept = 60_000;
    page.browser.clock.advance(5000);
    connection._freeze(false);
    page.browser.last('xhr-streaming').grow(`#1${RS}`);
    assert.deepEqual(received, ['open']);
  });
});

describe('create, when it is refused', () => {
  for (const status of [403, 404, 421, 429, 502, 503])
    it(`ends the connection at once, with the gateway's sentence (${status})`, () => {
      const page = newPage();
      const lines = listenTo(page);
      const { received, steps } = page.open();
      page.browser.last('create').end(status, 'the origin is not allowed\n');
      page.browser.clock.advance(0);
      assert.deepEqual(received, ['closed 1006']);
      assert.equal(steps().at(-1), `: status ${status}: the origin is not allowed`);
      assert.deepEqual(lines, [`ws://host:8080/echo: status ${status}: the origin is not allowed`]);
      page.browser.clock.advance(60_000);
      assert.equal(page.browser.requests.length, 1);
    });

  describe('by a server that wants a login', () => {
    const urls = (page: ReturnType<typeof newPage>): string[] =>
      page.browser.requests.map(({ url }) => url.replace(/^.*\//, ''));

    it('asks without a dialogue first, and then gives the user his time', () => {
      const page = newPage();
      const { received, connection } = page.open();
      page.browser.last('create').end(401, 'the server wants a login\n');
      assert.deepEqual(urls(page), ['create?l=0', 'create']);
      const [first, second] = page.browser.requests;
      assert.equal(second?.body, first?.body);
      page.browser.clock.advance(240_000);
      assert.equal(page.browser.count('create'), 2);
      assert.deepEqual(received, []);
      page.create();
      assert.deepEqual(received, ['open']);
      connection._unload();
    });

    it('ends the connection when the user gives up', () => {
      const page = newPage();
      const { received, steps } = page.open();
      page.browser.last('create').end(401, 'the server wants a login\n');
      page.browser.last('create').end(401, 'the server wants a login\n');
      page.browser.clock.advance(0);
      assert.deepEqual(received, ['closed 1006']);
      assert.equal(steps().at(-1), ': status 401: the server wants a login');
      page.browser.clock.advance(600_000);
      assert.equal(page.browser.count('create'), 2);
    });
  });

  it('reports to the console once for an address, whatever its query, and a reason', () => {
    const page = newPage();
    const lines = listenTo(page);
    for (const [url, sentence] of [
      ['ws://host:8080/echo?try=1', 'no'],
      ['ws://host:8080/echo?try=2', 'no'],
      ['ws://host:8080/echo', 'never'],
      ['ws://host:8080/other', 'no'],
    ] as const) {
      page.open({ url });
      page.browser.last('create').end(403, sentence);
    }
    assert.deepEqual(lines, [
      'ws://host:8080/echo: status 403: no',
      'ws://host:8080/echo: status 403: never',
      'ws://host:8080/other: status 403: no',
    ]);
  });

  it('says the status alone where a proxy answers with a page, or with nothing', () => {
    for (const body of ['<!DOCTYPE html><p>Forbidden', '\n<html>', '']) {
      const page = newPage();
      const lines = listenTo(page);
      const { steps } = page.open();
      page.browser.last('create').end(403, body);
      assert.equal(steps().at(-1), ': status 403');
      assert.deepEqual(lines, []);
    }
  });

  it('ends soon from another origin also where the page may not read it', () => {
    const page = newPage();
    const { received } = page.open({ origin: 'http://page' });
    for (let i = 0; i < 20; i += 1) {
      if (page.browser.last('create').readyState !== 4) page.browser.last('create').end(0);
      page.browser.clock.advance(100);
    }
    assert.deepEqual(received, ['closed 1006']);
    assert.ok(page.browser.count('create') <= 5, `${page.browser.count('create')} requests`);
  });

  it('does nothing to an engine without a console', () => {
    const page = newPage();
    const { received } = page.open();
    page.browser.last('create').end(403, 'no');
    page.browser.clock.advance(0);
    assert.deepEqual(received, ['closed 1006']);
  });
});

describe('what a socket says of itself after its end', () => {
  it('is the transport that it had', () => {
    const page = newPage();
    const { connection } = page.open({ transports: ['xhr-polling'] });
    page.create();
    page.browser.last('xhr-polling').end(200, `#1${RS}C1000${RS}`);
    assert.equal(connection.transport(), 'xhr-polling');
  });

  it('is not that a carrier works which only said that the session is gone', () => {
    const page = newPage();
    const { steps } = page.open({ transports: ['xhr-polling'] });
    page.create();
    page.browser.last('xhr-polling').end(404, `Eg${RS}`);
    assert.deepEqual(steps().slice(-2), ['xhr-polling: open', 'xhr-polling: gone']);
  });
});
