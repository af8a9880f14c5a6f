import assert from 'node:assert/strict';
import { createConnect } from '../../../client-shim/src/connect/connect.ts';
import type { Connect, Connection, Target } from '../../../client-shim/src/connect/connection.ts';
import { createMemory } from '../../../client-shim/src/connect/memory.ts';
import { FakeBrowser, type FakeRequest } from './support/fake-browser.ts';

const RS = '\x1e';
const CARRIERS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling', 'shared'];
const STREAM_ONLY = ['xhr-streaming'];
const POLL_ONLY = ['xhr-polling'];

/** One socket of the page and what it received. */
interface Opened {
  readonly connection: Connection;
  readonly received: string[];
}

/** A page, with `.` for the frame end in what it asks and is answered. */
class FakePage {
  readonly browser = new FakeBrowser();
  readonly #connect: Connect;
  #sessions = 0;

  constructor() {
    this.#connect = createConnect(this.browser, createMemory(this.browser.page, this.browser.now));
  }

  /** Opens a socket; its token is `n.1` for the first, and so on. */
  open(target: Partial<Target> = {}, carriers = CARRIERS, node?: string): Opened {
    const opened = this.begin(target);
    this.create(carriers, node);
    return opened;
  }

  /** Opens a socket that is still without answer. */
  begin(target: Partial<Target> = {}): Opened {
    const received: string[] = [];
    const connection = this.#connect(
      {
        url: 'ws://host:8080/echo',
        protocols: [],
        origin: 'http://host:8080',
        transports: STREAM_ONLY,
        ...target,
      },
      {
        open: () => received.push('open'),
        message: (data) => received.push(typeof data === 'string' ? data : `bytes ${data as Uint8Array}`),
        sent: (bytes) => received.push(`sent ${bytes}`),
        closing: () => received.push('closing'),
        closed: (code) => received.push(`closed ${code}`),
      },
    );
    return { connection, received };
  }

  /** Answers the latest create, perhaps with the node that has the session. */
  create(carriers = CARRIERS, node?: string): void {
    this.#sessions += 1;
    const fields = {
      token: `n.${this.#sessions}`,
      protocol: '',
      carriers: carriers.join(),
      heartbeat: '25000',
      silence: '62500',
      window: '120000',
      outbox: '1048576',
      body: '263168',
      ...(node === undefined ? {} : { node }),
      end: '1',
    };
    this.last('create').end(200, new URLSearchParams(fields).toString());
  }

  last(action: string): FakeRequest {
    return this.browser.last(action);
  }

  /** What the latest request of that action says. */
  requested(action: string): string {
    return String(this.last(action).body).replaceAll(RS, '.');
  }

  /** The answer to it grows. */
  grow(text: string, action = 'xhr-streaming'): void {
    this.last(action).grow(text.replaceAll('.', RS));
  }

  end(text: string, status = 200, action = 'xhr-polling'): void {
    this.last(action).end(status, text.replaceAll('.', RS));
  }

  count(action: string): number {
    return this.browser.count(action);
  }

  advance(ms: number): void {
    this.browser.clock.advance(ms);
  }
}

describe('the sockets of a page', () => {
  it('share one stream, and each gets what is its own', () => {
    const page = new FakePage();
    const [a, b, c] = [page.open(), page.open(), page.open()];
    assert.equal(page.requested('xhr-streaming'), 'n.1;D3,0.S1,n.2,2,0.S2,n.3,1,0.');
    page.grow('#1.S1.#1.S2.#1.Tc1.S0.#1.Ta1.Ta2.S1.#1.Tb1.S2.#2.Tc2.');
    assert.deepEqual(
      [a.received, b.received, c.received],
      [
        ['open', 'a1', 'a2'],
        ['open', 'b1'],
        ['open', 'c1', 'c2'],
      ],
    );
  });

  it('read the stream of before until the shared one shows that it works', () => {
    const page = new FakePage();
    const a = page.open();
    page.grow('#1.Tone.');
    const before = page.last('xhr-streaming');
    const b = page.open();
    assert.equal(page.requested('xhr-streaming'), 'n.1;D2,1.S1,n.2,1,0.');
    before.grow(`Ttwo${RS}`);
    assert.equal(before.aborted, false);
    page.grow('#2.Ttwo.Tthree.S1.#1.Tb.');
    assert.equal(before.aborted, true);
    assert.deepEqual(
      [a.received, b.received],
      [
        ['open', 'one', 'two', 'three'],
        ['open', 'b'],
      ],
    );
  });

  it('poll together, and attach together again', () => {
    const page = new FakePage();
    const [a, b] = [page.open({ transports: POLL_ONLY }), page.open({ transports: POLL_ONLY })];
    assert.equal(page.requested('xhr-polling'), 'n.1;D2,0.S1,n.2,1,0.');
    page.end('S1.#1.Tb.');
    assert.equal(page.requested('xhr-polling'), 'n.1;D3,0.S1,n.2,2,1.');
    page.end('#1.Ta.S1.H.');
    assert.equal(page.requested('xhr-polling'), 'n.1;D4,1.S1,n.2,3,1.');
    assert.deepEqual(
      [a.received, b.received],
      [
        ['open', 'a'],
        ['open', 'b'],
      ],
    );
    assert.equal(page.count('send'), 0, 'the attach has acknowledged');
  });

  it('answer the heartbeat of each on its own', () => {
    const page = new FakePage();
    page.open();
    page.open();
    page.grow('#1.S1.#1.Tb.H.');
    page.advance(10);
    assert.equal(page.requested('send'), 'n.2;A1.');
    assert.equal(page.count('send'), 1);
  });

  it('name the sessions in the address of an event source', () => {
    const page = new FakePage();
    const made: string[] = [];
    page.browser.page.EventSource = class {
      constructor(url: string) {
        made.push(url);
      }
      close(): void {}
    };
    for (let i = 0; i < 3; i += 1) page.open({ transports: ['eventsource'] });
    assert.equal(
      made.at(-1),
      'http://host:8080/echo/_fallback/v1/n.1/eventsource?d=3,0&s=1,n.2,2,0&s=2,n.3,1,0',
    );
  });

  it('share over routes, with the first one as the address', () => {
    const page = new FakePage();
    page.open({ url: 'ws://host:8080/one' });
    page.open({ url: 'ws://host:8080/two' });
    assert.equal(page.last('xhr-streaming').url, 'http://host:8080/one/_fallback/v1/xhr-streaming');
    assert.equal(page.requested('xhr-streaming'), 'n.1;D2,0.S1,n.2,1,0.');
  });

  it('ask for byte form when one of them has seen binary', () => {
    const page = new FakePage();
    page.open({ transports: POLL_ONLY });
    const b = page.open({ transports: POLL_ONLY });
    page.end('S1.#1.BAP8=.');
    assert.deepEqual(b.received, ['open', 'bytes 0,255']);
    assert.equal(page.requested('xhr-polling'), 'n.1;D3,0,b.S1,n.2,2,1.');
    page.end('S\x011#\x012B\x02\x00\uf7ff');
    assert.deepEqual(b.received, ['open', 'bytes 0,255', 'bytes 0,255']);
  });

  for (const [what, target, carriers] of [
    ['of another gateway', { url: 'ws://other/echo' }, CARRIERS],
    ['of a route that does not offer it', {}, CARRIERS.slice(0, -1)],
    ['that may use no carrier in common', { transports: POLL_ONLY }, CARRIERS],
  ] as const)
    it(`do not share with one ${what}`, () => {
      const page = new FakePage();
      page.open();
      page.open(target, [...carriers]);
      const attaches = page.browser.requests
        .map(({ body }) => String(body))
        .filter((body) => /;D/.test(body));
      assert.deepEqual(attaches, [`n.1;D1,0${RS}`, `n.2;D1,0${RS}`]);
    });

  it('name a session that they would be beside, the latest that may be shared', () => {
    const page = new FakePage();
    const beside = () => new URLSearchParams(page.requested('create')).get('beside');
    page.open();
    assert.equal(beside(), '');
    page.open({}, CARRIERS.slice(0, -1));
    assert.equal(beside(), 'n.1');
    page.open({ url: 'ws://other/echo' });
    assert.equal(beside(), '');
    page.open({}, CARRIERS, 'b').connection._unload();
    page.open();
    assert.equal(beside(), 'n.1');
    page.open({}, CARRIERS, 'b');
    page.begin();
    assert.equal(beside(), 'n.6');
  });

  it('name it again when the answer is lost, and not when it has ended', () => {
    const page = new FakePage();
    const first = page.open({ transports: POLL_ONLY });
    page.begin({ transports: POLL_ONLY });
    const requested = page.requested('create');
    assert.match(requested, /&beside=n\.1&/);
    first.connection._unload();
    page.last('create').end(0);
    page.advance(1);
    assert.equal(page.requested('create'), requested);
    page.create();
    page.begin();
    assert.match(page.requested('create'), /&beside=n\.2&/);
  });

  it('share with those of one node only', () => {
    const page = new FakePage();
    const on = (node: string) => page.open({ transports: POLL_ONLY }, CARRIERS, node);
    const sockets = ['a', 'b', 'a', 'b'].map(on);
    const polls = page.browser.requests.filter(({ url }) => /polling$/.test(url)).slice(-2);
    assert.deepEqual(
      polls.map(({ url, body }) => [url, String(body).replaceAll(RS, '.')]),
      [
        ['http://host:8080/echo/_fallback/v1/a~/xhr-polling', 'n.1;D2,0.S1,n.3,1,0.'],
        ['http://host:8080/echo/_fallback/v1/b~/xhr-polling', 'n.2;D2,0.S1,n.4,1,0.'],
      ],
    );
    for (const { connection } of sockets) connection._unload();
    on('c');
    assert.equal(page.requested('xhr-polling'), 'n.5;D1,0.', 'a downstream without sessions is of no node');
  });

  it('use the best carrier that all of them may have', () => {
    const page = new FakePage();
    const [first] = [page.open({ transports: ['xhr-streaming', 'xhr-polling'] })];
    page.advance(400);
    page.grow('#1.');
    assert.equal(first?.connection.transport(), 'xhr-streaming');
    const second = page.open({ transports: POLL_ONLY });
    assert.equal(page.requested('xhr-polling'), 'n.1;D3,0.S1,n.2,1,0.');
    page.end('#1.Ta.');
    assert.equal(first?.connection.transport(), 'xhr-polling');
    page.advance(60_000);
    assert.equal(page.count('xhr-streaming'), 1, 'nothing better is tried');
    second.connection._unload();
    for (let i = 0; i < 30; i += 1) {
      page.end('H.');
      page.advance(20_000);
    }
    assert.equal(page.count('xhr-streaming'), 2, 'until the one that may not have it has left');
  });

  it('share with 15 others at most', () => {
    const page = new FakePage();
    for (let i = 0; i < 17; i += 1) page.open({ transports: POLL_ONLY });
    assert.equal(page.requested('xhr-polling'), 'n.17;D1,0.');
  });

  it('begin anew when all are gone', () => {
    const page = new FakePage();
    page.open({ transports: ['xhr-streaming', 'xhr-polling'] }).connection._unload();
    page.advance(1000);
    page.open({ transports: POLL_ONLY });
    assert.equal(page.requested('xhr-polling'), 'n.2;D1,0.');
    page.advance(1000);
    assert.equal(page.count('xhr-streaming'), 0);
  });
});

describe('a socket that shares its downstream', () => {
  function openTwo(transports = STREAM_ONLY): { page: FakePage; a: Opened; b: Opened } {
    const page = new FakePage();
    const [a, b] = [page.open({ transports }), page.open({ transports })];
    return { page, a, b };
  }

  it('closes without the others noticing, and is left out of the next attach', () => {
    const { page, a, b } = openTwo();
    page.grow('#1.S1.#1.');
    const stream = page.last('xhr-streaming');
    page.grow('S0.#1.C4001,bye.Eg.');
    assert.deepEqual(a.received, ['open', 'closing', 'closed 4001']);
    page.grow('S1.#1.Tstill.');
    assert.deepEqual(b.received, ['open', 'still']);
    assert.equal(stream.aborted, false);
    page.grow('R.');
    assert.equal(page.requested('xhr-streaming'), 'n.2;D2,1.');
  });

  it('receives nothing more once it is over', () => {
    const { page, a } = openTwo();
    page.grow('#1.S1.#1.');
    page.grow('S0.#1.X.#1.Ta.#3.Tgap.');
    assert.deepEqual(a.received, ['open', 'closed 1006']);
    assert.equal(page.count('xhr-streaming'), 2);
  });

  it('ends alone when the gateway does not know it any more', () => {
    const { page, a, b } = openTwo();
    page.grow('#1.S1.Eg.');
    assert.deepEqual([a.received, b.received], [['open'], ['open', 'closed 1006']]);
    page.grow('S0.#1.Ta.');
    assert.deepEqual(a.received, ['open', 'a']);
  });

  it('ends alone when its token was that of the request, and the others attach without it', () => {
    const { page, a, b } = openTwo(POLL_ONLY);
    page.end('Eg.', 404);
    page.advance(1);
    assert.deepEqual([a.received, b.received], [['open', 'closed 1006'], ['open']]);
    assert.equal(page.requested('xhr-polling'), 'n.2;D2,0.');
  });

  it('leaves, and the others go on', () => {
    const { page, a, b } = openTwo(POLL_ONLY);
    a.connection._unload();
    assert.equal(page.last('xhr-polling').aborted, false);
    page.end('S0.Eg.S1.#1.Tb.');
    assert.deepEqual(b.received, ['open', 'b']);
    assert.equal(page.requested('xhr-polling'), 'n.2;D2,1.');
    b.connection._unload();
    assert.equal(page.last('xhr-polling').aborted, true);
    page.advance(200_000);
    assert.equal(page.count('xhr-polling'), 3);
  });

  it('is lost with it, and all attach anew where they were', () => {
    const { page, a, b } = openTwo();
    page.grow('#1.Ta.S1.#1.Tb.');
    page.end('', 200, 'xhr-streaming');
    page.advance(1);
    assert.equal(page.requested('xhr-streaming'), 'n.1;D3,1.S1,n.2,2,1.');
    page.grow('#2.Ta2.S1.#2.Tb2.');
    assert.deepEqual(
      [a.received, b.received],
      [
        ['open', 'a', 'a2'],
        ['open', 'b', 'b2'],
      ],
    );
    assert.deepEqual(a.connection.diagnostics().at(-1)?.what, b.connection.diagnostics().at(-1)?.what);
  });

  it('ends with all of them when the gateway was not reached for the window', () => {
    const { page, a, b } = openTwo(POLL_ONLY);
    for (let second = 0; second < 130; second += 1) {
      if (page.last('xhr-polling').readyState !== 4) page.end('', 0);
      page.advance(1000);
    }
    assert.deepEqual(
      [a.received, b.received],
      [
        ['open', 'closed 1006'],
        ['open', 'closed 1006'],
      ],
    );
  });

  it('does not let one wait that joins between two tries: the gateway has just answered, and bears five seconds without', () => {
    const { page, b } = openTwo(['xhr-streaming', 'xhr-polling']);
    page.advance(700);
    page.grow('#1.S1.#1.');
    page.advance(100);
    page.last('xhr-streaming').end(502);
    for (let i = 0; i < 8; i += 1) {
      if (page.last('xhr-polling').readyState !== 4) page.end('', 0);
      page.advance(i < 7 ? 6000 : 1);
    }
    const count = page.count('xhr-polling');
    const c = page.open({ transports: ['xhr-streaming', 'xhr-polling'] });
    assert.equal(page.count('xhr-polling'), count + 1);
    assert.match(page.requested('xhr-polling'), /^n\.1;D\d+,0\.S1,n\.2,\d+,0\.S2,n\.3,1,0\.$/);
    page.end('#1.Ta.S1.#1.Tb.S2.#1.Tc.');
    assert.deepEqual(
      [b.received, c.received],
      [
        ['open', 'b'],
        ['open', 'c'],
      ],
    );
  });

  it('is not lost for a failure of long before it', () => {
    const page = new FakePage();
    const before = page.open({ transports: POLL_ONLY });
    page.last('xhr-polling').end(0);
    before.connection._unload();
    page.browser.clock.advance(130_000);
    const { received } = page.open({ transports: POLL_ONLY });
    page.last('xhr-polling').end(0);
    page.browser.clock.advance(1);
    assert.deepEqual(received, ['open']);
  });

  it('attaches anew with the others after a repetition of the attach took over, and after an end that says so', () => {
    const { page } = openTwo();
    page.grow('#1.S1.#1.S0.Es.');
    page.advance(1);
    assert.equal(page.requested('xhr-streaming'), 'n.1;D3,0.S1,n.2,2,0.');
    page.grow('#1.S1.#1.Er.');
    assert.equal(page.requested('xhr-streaming'), 'n.1;D4,0.S1,n.2,3,0.');
  });

  it('gives a stream two seconds, as another request may be in its way', () => {
    const { page } = openTwo(['xhr-streaming', 'xhr-polling']);
    page.advance(400);
    assert.equal(page.count('xhr-streaming'), 1);
    page.advance(1500);
    assert.equal(page.last('xhr-streaming').aborted, false);
    page.advance(600);
    assert.equal(page.last('xhr-streaming').aborted, true);
  });
});

describe('an engine of two connections to a host', () => {
  function narrow(): FakePage {
    const page = new FakePage();
    const Wide = page.browser.page.XMLHttpRequest;
    page.browser.page.XMLHttpRequest = class extends Wide {
      constructor() {
        super();
        delete (this as { withCredentials?: boolean }).withCredentials;
      }
    };
    return page;
  }

  it('has never more than two requests under way, whatever its sockets do', () => {
    const page = narrow();
    let most = 0;
    const sockets: Opened[] = [];
    const look = (): void => {
      most = Math.max(most, page.browser.requests.filter(({ readyState }) => readyState !== 4).length);
    };
    for (let i = 0; i < 6; i += 1) {
      sockets.push(page.open({ transports: POLL_ONLY }));
      look();
    }
    for (const { connection } of sockets) {
      connection.send('x', 1);
      connection.send('y', 1);
    }
    for (let i = 0; i < 6; i += 1) {
      page.advance(1);
      look();
      const send = page.browser.requests.find(({ url, readyState }) => /send$/.test(url) && readyState !== 4);
      send?.end(200, `A2${RS}`);
      look();
    }
    assert.equal(page.count('send'), 6);
    assert.deepEqual(new Set(sockets.map(({ received }) => received.at(-1))), new Set(['sent 2']));
    assert.equal(most, 2);
  });

  it('gives a request that waits for others its full time from when it is made', () => {
    const page = narrow();
    const sockets = Array.from({ length: 3 }, () => page.begin({ transports: POLL_ONLY }));
    for (let i = 1; i <= 3; i += 1) {
      page.advance(2900);
      assert.equal(page.count('create'), i);
      page.create();
    }
    assert.deepEqual(
      sockets.map(({ received }) => received),
      [['open'], ['open'], ['open']],
    );
  });

  it('goes on with the next request when one is given up', () => {
    const page = narrow();
    const [a, b] = [page.open({ transports: POLL_ONLY }), page.open({ transports: POLL_ONLY })];
    a.connection.send('a', 1);
    b.connection.send('b', 1);
    page.advance(1);
    assert.equal(page.requested('send'), `n.1;#1.Ta.`);
    page.advance(32_000);
    assert.ok(page.browser.requests.some(({ body }) => body === `n.2;#1${RS}Tb${RS}`));
  });
});
