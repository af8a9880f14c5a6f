import assert from 'node:assert/strict';
import { createConnect } from '../../../client-shim/src/connect/connect.ts';
import type { Connection, Target } from '../../../client-shim/src/connect/connection.ts';
import { createMemory } from '../../../client-shim/src/connect/memory.ts';
import { FakeBrowser, type FakeSocket } from './support/fake-browser.ts';

const RS = '\x1e';
const TARGET: Target = {
  url: 'ws://host:8080/echo?x=1',
  protocols: [],
  origin: 'http://host:8080',
  transports: null,
};
const ANSWER =
  'token=n.k&protocol=&carriers=xhr-polling%2Cxhr-streaming%2Ceventsource%2Cwebsocket&heartbeat=25000' +
  '&silence=62500&window=120000&outbox=1048576&body=263168&end=1';

/** A connection and what its page received. */
interface Opened {
  readonly browser: FakeBrowser;
  readonly connection: Connection;
  readonly received: string[];
}

function open(browser: FakeBrowser, target: Partial<Target> = {}): Opened {
  const received: string[] = [];
  const connect = createConnect(browser, createMemory(browser.page, browser.now));
  const connection = connect(
    { ...TARGET, ...target },
    {
      open: (protocol) => received.push(`open ${protocol}`.trim()),
      message: (data) =>
        received.push(typeof data === 'string' ? `message ${data}` : `bytes ${data as Uint8Array}`),
      sent: (bytes) => received.push(`sent ${bytes}`),
      closing: () => received.push('closing'),
      closed: (...status) => received.push(`closed ${status.join(' ')}`),
    },
  );
  assert.deepEqual(received, [], 'nothing is reported before connect has returned');
  return { browser, connection, received };
}

/** A fallback session on a browser without native WebSocket, just created. */
function openFallback(target: Partial<Target> = {}, browser = new FakeBrowser()): Opened {
  const opened = open(browser, target);
  browser.clock.advance(10);
  browser.last('create').end(200, ANSWER);
  return opened;
}

function socketOf(browser: FakeBrowser): FakeSocket {
  return browser.sockets.at(-1) as FakeSocket;
}

describe('the ladder, at its native step', () => {
  it('uses a native WebSocket that opens, and nothing else', () => {
    const { browser, received, connection } = open(new FakeBrowser().withSocket());
    const socket = socketOf(browser);
    socket.protocol = 'chat';
    socket.onopen?.({ type: 'open' });
    socket.onmessage?.({ type: 'message', data: 'hi' });
    assert.deepEqual(received, ['open chat', 'message hi']);
    assert.equal(connection.transport(), 'websocket');
    browser.clock.advance(60_000);
    assert.equal(browser.requests.length, 0);
  });

  it('reports what the browser has sent, and only that', () => {
    const { browser, received, connection } = open(new FakeBrowser().withSocket());
    const socket = socketOf(browser);
    socket.onopen?.({ type: 'open' });
    socket.bufferedAmount = 4;
    connection.send('0123456789', 10);
    browser.clock.advance(1);
    socket.bufferedAmount = 0;
    browser.clock.advance(50);
    assert.deepEqual(received, ['open', 'sent 6', 'sent 4']);
  });

  it('counts what this task has sent until the next one, also where the browser does not', () => {
    const { browser, received, connection } = open(new FakeBrowser().withSocket());
    socketOf(browser).onopen?.({ type: 'open' });
    for (let i = 0; i < 2; i += 1) {
      connection.send('0123456789', 10);
      connection.settle();
    }
    assert.deepEqual(received, ['open']);
    browser.clock.advance(0);
    assert.deepEqual(received, ['open', 'sent 20']);
    connection.send('0', 1);
    browser.clock.advance(0);
    assert.deepEqual(received.at(-1), 'sent 1');
  });

  it('looks no more at one that has closed, whatever the page still sends until it knows', () => {
    const { browser, connection } = open(new FakeBrowser().withSocket());
    const socket = socketOf(browser);
    socket.onopen?.({ type: 'open' });
    socket.onclose?.({ type: 'close', code: 1000, reason: '', wasClean: true });
    socket.bufferedAmount = 1;
    connection.send('x', 1);
    browser.clock.advance(1000);
    assert.equal(browser.clock.timers, 0);
  });

  it('fails where subprotocols were offered and none was selected, whatever the browser says, and asks the backend for no second one', () => {
    const { browser, connection, received } = open(new FakeBrowser().withSocket(), { protocols: ['chat'] });
    const socket = socketOf(browser);
    socket.onopen?.({ type: 'open' });
    browser.clock.advance(0);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.ok(socket.closedWith);
    assert.deepEqual(
      connection.diagnostics().map(({ what }) => what),
      ['trying', 'subprotocol not selected'],
    );
    browser.clock.advance(60_000);
    assert.equal(browser.requests.length, 0);
    open(browser);
    assert.equal(browser.sockets.length, 2, 'the native one is as good as before');
  });

  it('is over when it stays in closing and sends nothing more, which JavaFX tells nobody', () => {
    const { browser, connection, received } = open(new FakeBrowser().withSocket());
    const socket = socketOf(browser);
    socket.onopen?.({ type: 'open' });
    connection.send('0123456789', 10);
    socket.bufferedAmount = 10;
    browser.clock.advance(120_000);
    socket.readyState = 2;
    for (let left = 9; left >= 0; left -= 1) {
      socket.bufferedAmount = left;
      browser.clock.advance(10_000);
    }
    assert.equal(received.length, 11);
    browser.clock.advance(24_000);
    assert.deepEqual(received.slice(10), ['sent 1', 'closed 1006  false false']);
    assert.equal(browser.clock.timers, 0);
  });

  it('opens where the engine does not say which subprotocol was selected', () => {
    const { browser, received } = open(new FakeBrowser().withSocket(), { protocols: ['chat'] });
    Object.assign(socketOf(browser), { protocol: undefined });
    socketOf(browser).onopen?.({ type: 'open' });
    assert.deepEqual(received, ['open']);
  });

  it('is the first choice again after a gateway that was down for everything, which says nothing of WebSockets', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    socketOf(browser).onclose?.({ type: 'close', code: 1006 });
    browser.last('create').end(0);
    browser.clock.advance(1000);
    browser.last('create').end(200, ANSWER);
    assert.deepEqual(received, ['open']);
    open(browser);
    assert.equal(browser.sockets.length, 2);
  });

  it('is not blamed for a connection that nothing came on and that broke after minutes: proxies that let nothing through end it before', () => {
    const { browser } = open(new FakeBrowser().withSocket());
    for (const [minutes, sockets] of [
      [3, 2],
      [1, 2],
    ] as const) {
      socketOf(browser).onopen?.({ type: 'open' });
      browser.clock.advance(minutes * 60_000);
      socketOf(browser).onclose?.({ type: 'close', code: 1006 });
      open(browser);
      assert.equal(browser.sockets.length, sockets);
    }
  });

  it('goes over to the fallback at once when it is refused', () => {
    const { browser } = open(new FakeBrowser().withSocket());
    socketOf(browser).onclose?.({ type: 'close', code: 1006 });
    assert.equal(browser.count('create'), 1);
  });

  it('gives a hanging one up in less than three seconds, and closes it', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    browser.clock.advance(2000);
    browser.last('upgrade').end(200, 'upgrade=none&end=1');
    assert.deepEqual(socketOf(browser).closedWith, []);
    browser.last('create').end(200, ANSWER);
    assert.deepEqual(received, ['open']);
  });

  it('gives one as much time again, once, when the page stood still meanwhile and has not read the answer', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    browser.slept = 2000;
    browser.clock.advance(2900);
    assert.equal(browser.count('create'), 0);
    socketOf(browser).onopen?.({ type: 'open' });
    assert.deepEqual(received, ['open']);

    const hanging = open(new FakeBrowser().withSocket());
    hanging.browser.slept = 2000;
    hanging.browser.clock.advance(2900);
    hanging.browser.slept = 4000;
    hanging.browser.clock.advance(2900);
    hanging.browser.last('upgrade').end(200, 'upgrade=none&end=1');
    assert.equal(hanging.browser.count('create'), 1);
    assert.deepEqual(socketOf(hanging.browser).closedWith, []);
  });

  it('passes over one of a hixie draft, which has no CLOSING', () => {
    const { browser } = open(new FakeBrowser().withSocket(2));
    assert.equal(browser.sockets.length, 0);
    assert.equal(browser.count('create'), 1);
  });

  it('passes over one that knows no binary messages, and closes it', () => {
    const browser = new FakeBrowser().withSocket();
    const Whole = browser.socket as NonNullable<typeof browser.socket>;
    browser.socket = class extends Whole {
      constructor(url: string) {
        super(url);
        Reflect.deleteProperty(this, 'binaryType');
      }
    };
    open(browser);
    assert.deepEqual(browser.sockets[0]?.closedWith, []);
    assert.equal(browser.count('create'), 1);
  });

  it('reports an error only if the browser did', () => {
    for (const failed of [false, true]) {
      const { browser, received } = open(new FakeBrowser().withSocket());
      socketOf(browser).onopen?.({ type: 'open' });
      if (failed) socketOf(browser).onerror?.({ type: 'error' });
      socketOf(browser).onclose?.({ type: 'close', code: 1006, wasClean: false });
      assert.deepEqual(received, ['open', `closed 1006  false ${failed}`]);
    }
  });

  it('shows the code 0, which is one', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    socketOf(browser).onopen?.({ type: 'open' });
    socketOf(browser).onclose?.({ type: 'close', code: 0, reason: 'none', wasClean: true });
    assert.deepEqual(received.slice(1), ['closing', 'closed 0 none true false']);
  });

  it('passes over, at the next try, one that died before its first message', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    socketOf(browser).onopen?.({ type: 'open' });
    socketOf(browser).onclose?.({ type: 'close', code: 1006, wasClean: false });
    assert.deepEqual(received, ['open', 'closed 1006  false false']);
    open(browser);
    assert.equal(browser.sockets.length, 1);
    assert.equal(browser.count('create'), 1);
  });

  it('tries it again when the verdict has run out', () => {
    const browser = new FakeBrowser().withSocket();
    open(browser);
    socketOf(browser).onclose?.({ type: 'close', code: 1006 });
    browser.last('create').end(200, ANSWER);
    open(browser);
    assert.equal(browser.sockets.length, 1);
    browser.clock.advance(601_000);
    open(browser);
    assert.equal(browser.sockets.length, 2);
  });

  /** A native socket is to be passed over in this browser. */
  function condemned(): FakeBrowser {
    const { browser } = open(new FakeBrowser().withSocket());
    socketOf(browser).onopen?.({ type: 'open' });
    socketOf(browser).onclose?.({ type: 'close', code: 1006, wasClean: false });
    return browser;
  }

  it('tries it again where the engine has nothing else that the page allows', () => {
    const browser = condemned();
    open(browser, { transports: ['websocket', 'eventsource'] });
    assert.equal(browser.sockets.length, 2);
  });

  it('tries it again, at the next try, when nothing else can be had either', () => {
    for (const [status, answer] of [
      [404, ''],
      [200, ANSWER.replace(/&carriers=[^&]*/, '&carriers=jsonp-polling')],
    ] as const) {
      const browser = condemned();
      const { received } = open(browser);
      browser.last('create').end(status, answer);
      browser.clock.advance(1);
      assert.deepEqual(received, ['closed 1006  false true']);
      open(browser);
      assert.equal(browser.sockets.length, 2, String(status));
    }
  });

  it('does not try it again because the page has not waited', () => {
    const browser = condemned();
    open(browser).connection.close(1000, '');
    open(browser);
    assert.equal(browser.sockets.length, 1);
  });

  it('fails once when both are refused, and remembers nothing', () => {
    const { browser, received } = open(new FakeBrowser().withSocket());
    socketOf(browser).onclose?.({ type: 'close', code: 1006 });
    browser.last('create').end(502, 'refused');
    browser.clock.advance(60_000);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.equal(browser.count('create'), 1);
    open(browser);
    assert.equal(browser.sockets.length, 2);
  });
});

describe('create, as the shim asks for it', () => {
  it('says what a handshake would say, and marks a same-origin request', () => {
    const { browser } = open(new FakeBrowser(), { protocols: ['a', 'b'] });
    const request = browser.last('create');
    assert.equal(request.url, 'http://host:8080/echo/_fallback/v1/create?l=0');
    assert.equal(request.headers['X-Fallback'], 'create');
    const fields = new URLSearchParams(request.body as string);
    assert.equal(fields.get('url'), '/echo?x=1');
    assert.equal(fields.get('origin'), 'http://host:8080');
    assert.equal(fields.get('protocols'), 'a,b');
    assert.match(fields.get('nonce') as string, /^[\w-]{16,64}$/);
  });

  it('does not mark a request to another origin, and takes cookies along', () => {
    const { browser } = open(new FakeBrowser(), { origin: 'http://page' });
    assert.equal(browser.last('create').headers['X-Fallback'], undefined);
    assert.equal(browser.last('create').withCredentials, true);
  });

  for (const [what, status, text] of [
    ['cut', 200, ANSWER.slice(0, -2)],
    ['lost', 0, ''],
    ['timed out on the way', 504, 'x'],
  ] as const)
    it(`asks again with the same nonce when the answer was ${what}`, () => {
      const { browser, received } = open(new FakeBrowser());
      const first = browser.last('create');
      first.end(status, text);
      browser.clock.advance(10);
      assert.equal(browser.count('create'), 2);
      assert.equal(browser.last('create').body, first.body);
      browser.last('create').end(200, ANSWER);
      assert.deepEqual(received, ['open']);
    });

  it('asks again when no answer comes, before the session would have to be attached', () => {
    const { browser } = open(new FakeBrowser());
    browser.clock.advance(4000);
    assert.equal(browser.count('create'), 2);
    assert.equal(browser.requests[0]?.aborted, true);
  });

  it('gives up in the end', () => {
    const { browser, received } = open(new FakeBrowser());
    for (let i = 0; i < 30; i += 1) {
      browser.clock.advance(1000);
      for (const request of browser.requests) if (request.readyState !== 4) request.end(0);
    }
    assert.deepEqual(received, ['closed 1006  false true']);
  });

  it('fails when a subprotocol was offered and none was selected, and lets the gateway know', () => {
    const { browser, received } = openFallback({ protocols: ['chat'] });
    browser.clock.advance(10);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.equal(browser.beacons[0]?.body, `n.k;X${RS}`);
  });

  it('fails the connection, in a later task, when the page closes it before', () => {
    const { browser, connection, received } = open(new FakeBrowser());
    connection.close(1000, '');
    assert.deepEqual(received, []);
    assert.equal(browser.last('create').aborted, false, 'PhantomJS 2 would lose the connection under it');
    browser.clock.advance(10);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.equal(browser.last('create').aborted, true);
  });

  it('asks a gateway of before 0.2, which refuses what it does not know, without the later fields', () => {
    const { browser, received } = open(new FakeBrowser());
    const requested = String(browser.last('create').body);
    assert.match(requested, /^nonce=.*&beside=&steps=w1\.\w{9}$/);
    browser.last('create').end(400, 'bad create (unknown field)\n');
    assert.equal(browser.last('create').body, requested.replace(/&beside=.*/, ''));
    browser.last('create').end(200, ANSWER);
    browser.clock.advance(10);
    assert.deepEqual(received, ['open']);
  });

  it('fails when that is refused, too', () => {
    const { browser, received } = open(new FakeBrowser());
    for (let times = 0; times < 2; times += 1) browser.last('create').end(400, 'bad create\n');
    browser.clock.advance(10_000);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.equal(browser.count('create'), 2);
  });

  it('takes no answer for a connection that the page has closed', () => {
    const { browser, connection, received } = open(new FakeBrowser());
    connection.close(1000, '');
    browser.last('create').end(200, ANSWER);
    browser.clock.advance(1000);
    assert.deepEqual(received, ['closed 1006  false true']);
    assert.equal(browser.requests.length, 1);
  });
});

describe('a fallback session', () => {
  it('is open after one answer, on the surest carrier, and then moves up to a stream', () => {
    const { browser, received, connection } = openFallback();
    assert.deepEqual(received, ['open']);
    assert.equal(browser.last('xhr-polling').body, `n.k;D1,0${RS}`);
    browser.clock.advance(400);
    assert.equal(browser.last('xhr-streaming').body, `n.k;D2,0${RS}`);
    browser.last('xhr-streaming').grow(`#1${RS}`);
    assert.equal(connection.transport(), 'xhr-streaming');
    assert.equal(browser.last('xhr-polling').aborted, true);
  });

  it('begins with the stream where one was good', () => {
    const { browser } = openFallback();
    browser.clock.advance(400);
    browser.last('xhr-streaming').grow(`#1${RS}`);
    openFallback({}, browser);
    assert.equal(browser.count('xhr-polling'), 1);
    assert.equal(browser.count('xhr-streaming'), 2);
  });

  it('goes down again when no body byte proves the stream, and loses nothing', () => {
    const { browser, received } = openFallback();
    browser.clock.advance(400);
    const held = browser.last('xhr-streaming');
    browser.clock.advance(2100);
    assert.equal(held.aborted, true);
    assert.equal(browser.last('xhr-polling').body, `n.k;D3,0${RS}`);
    browser.last('xhr-polling').end(200, `#1${RS}Thello${RS}`);
    assert.deepEqual(received, ['open', 'message hello']);
    browser.clock.advance(60_000);
    assert.equal(browser.count('xhr-streaming'), 1, 'it is not tried again soon');
  });

  it('reads the old stream while the next opens, and drops what comes twice', () => {
    const { browser, received } = openFallback({ transports: ['xhr-streaming'] });
    const old = browser.last('xhr-streaming');
    old.grow(`#1${RS}Ta${RS}R${RS}`);
    const next = browser.last('xhr-streaming');
    assert.equal(next.body, `n.k;D2,1${RS}`);
    old.grow(`Tb${RS}`);
    next.grow(`#2${RS}Tb${RS}Tc${RS}`);
    assert.deepEqual(received, ['open', 'message a', 'message b', 'message c']);
  });

  it('attaches anew where it was when a stream is cut, and goes down when it is cut again and again', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    browser.clock.advance(400);
    for (let cuts = 1; cuts <= 3; cuts += 1) {
      browser.last('xhr-streaming').grow(`#1${RS}`);
      browser.last('xhr-streaming').end(200);
      // Long enough for the pause, too short for the next one to be given up.
      browser.clock.advance(250);
    }
    browser.clock.advance(250);
    assert.equal(browser.count('xhr-streaming'), 3);
    assert.equal(browser.last('xhr-polling').body, `n.k;D5,0${RS}`);
  });

  it('names its node in every address', () => {
    const names = ['eventsource', 'xhr-streaming', 'xhr-polling', 'websocket-session'];
    for (const name of names) {
      const browser = new FakeBrowser().withSocket();
      const sources: string[] = [];
      browser.page.EventSource = class {
        constructor(url: string) {
          sources.push(url);
        }
        close(): void {}
      };
      const { connection } = open(browser, { transports: [name] });
      browser.last('create').end(200, ANSWER.replace('&end', '&node=web1-00c0ffee&end'));
      if (name === 'xhr-polling') connection.send('x', 1);
      browser.clock.advance(10);
      connection.close(1000, '');
      browser.clock.advance(10);
      connection._unload();
      const requested = [...browser.requests.slice(1), ...browser.sockets, ...browser.beacons];
      const addresses = [...requested.map(({ url }) => url), ...sources];
      const action = name === 'websocket-session' ? 'websocket' : name;
      assert.ok(
        addresses.some((address) => address.includes(`/${action}`)),
        name,
      );
      assert.ok(addresses.length > 1, addresses.join());
      for (const address of addresses)
        assert.match(
          address,
          /^(http|ws):\/\/host:8080\/echo\/_fallback\/v1\/web1-00c0ffee~\/(n\.k\/)?[a-z-]+(\?|$)/,
        );
    }
  });

  it('does not hold it against a stream that the gateway could not serve, and tries it again soon', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    browser.clock.advance(400);
    browser.last('xhr-streaming').grow(`#1${RS}Er${RS}`);
    assert.equal(browser.last('xhr-streaming').body, `n.k;D3,0${RS}`);
    browser.clock.advance(1000);
    assert.equal(browser.last('xhr-streaming').aborted, false, 'the gateway may wait for a node');
    browser.last('xhr-streaming').end(503);
    browser.clock.advance(1);
    assert.equal(browser.last('xhr-polling').body, `n.k;D4,0${RS}`);
    browser.last('xhr-polling').end(200, `#1${RS}Tone${RS}`);
    browser.clock.advance(400);
    assert.match(String(browser.last('xhr-streaming').body), /D6,1/);
    browser.last('xhr-streaming').grow(`#2${RS}`);
    assert.equal(connection.transport(), 'xhr-streaming');
    assert.ok(![...browser.items.values()].some((entry) => /bad/.test(entry)));
  });

  it('does without a stream that is refused so three times in a row', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    for (let times = 1; times <= 4; times += 1) {
      browser.clock.advance(400);
      if (browser.last('xhr-streaming').readyState !== 4) browser.last('xhr-streaming').end(503);
      browser.clock.advance(10);
      browser.last('xhr-polling').end(200, `H${RS}`);
    }
    assert.equal(browser.count('xhr-streaming'), 3);
  });

  for (const end of ['r', 's'])
    it(`pauses when all that an attach is answered is E${end}`, () => {
      const { browser, received } = openFallback({ transports: ['xhr-streaming'] });
      browser.last('xhr-streaming').grow(`#1${RS}Ta${RS}Er${RS}`);
      for (let turn = 0; turn < 200; turn += 1) {
        const stream = browser.last('xhr-streaming');
        if (stream.readyState !== 4) stream.end(200, `E${end}${RS}`);
        browser.clock.advance(100);
      }
      const count = browser.count('xhr-streaming');
      assert.ok(count > 5 && count < 15, `${count} attaches in 20 s`);
      while (browser.last('xhr-streaming').readyState === 4) browser.clock.advance(100);
      browser.last('xhr-streaming').grow(`#2${RS}Tb${RS}`);
      assert.deepEqual(received, ['open', 'message a', 'message b']);
      assert.ok(![...browser.items.values()].some((entry) => /bad/.test(entry)));
    });

  it('goes on with polls when the stream is refused, as by a proxy that lets short answers pass', () => {
    const { browser, received, connection } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    browser.clock.advance(400);
    browser.last('xhr-streaming').end(403);
    browser.clock.advance(1);
    browser.last('xhr-polling').end(200, `#1${RS}Tone${RS}`);
    assert.deepEqual(received, ['open', 'message one']);
    assert.equal(connection.transport(), 'xhr-polling');
  });

  it('tries a better carrier again every ten minutes, also after other pages found it bad meanwhile', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    const pollFor = (minutes: number): void => {
      for (let i = 0; i < minutes * 3; i += 1) {
        browser.last('xhr-polling').end(200, `H${RS}`);
        browser.clock.advance(20_000);
      }
    };
    browser.items.set('fallback-gateway host:8080 xhr-streaming', `bad=${browser.now() + 15 * 60_000}`);
    pollFor(14);
    assert.equal(browser.count('xhr-streaming'), 0);
    pollFor(7);
    assert.equal(browser.count('xhr-streaming'), 1);
  });

  it('gives a stream up that falls silent', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    browser.clock.advance(400);
    browser.last('xhr-streaming').grow(`#1${RS}`);
    browser.clock.advance(60_000);
    assert.equal(browser.count('xhr-polling'), 1);
    browser.clock.advance(5000);
    assert.equal(browser.count('xhr-polling'), 2);
  });

  it('resumes on the same carrier after the machine slept', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming', 'xhr-polling'] });
    browser.clock.advance(400);
    browser.last('xhr-streaming').grow(`#1${RS}`);
    browser.slept = 3_600_000;
    browser.clock.advance(62_500);
    assert.equal(browser.count('xhr-streaming'), 2);
    assert.equal(browser.count('xhr-polling'), 1);
  });

  it('answers a heartbeat', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming'] });
    browser.last('xhr-streaming').grow(`#1${RS}Ta${RS}H${RS}`);
    browser.clock.advance(10);
    assert.equal(browser.last('send').body, `n.k;A1${RS}`);
  });

  it('acknowledges at a part of the outbox, without waiting for anything', () => {
    const { browser } = openFallback({ transports: ['xhr-streaming'] });
    browser.last('xhr-streaming').grow(`#1${RS}T${'x'.repeat(150_000)}${RS}`);
    browser.clock.advance(10);
    assert.equal(browser.last('send').body, `n.k;A1${RS}`);
  });

  for (const [what, status, text] of [
    ['a poll', 404, `Eg${RS}`],
    ['a status that is no passing one', 403, 'forbidden'],
  ] as const)
    it(`ends with 1006 when ${what} learns that it is gone (${status})`, () => {
      const { browser, received } = openFallback({ transports: ['xhr-polling'] });
      browser.last('xhr-polling').end(status, text);
      browser.clock.advance(200_000);
      assert.deepEqual(received, ['open', 'closed 1006  false true']);
      assert.equal(browser.requests.length, 2);
    });

  it('ends with 1006 when the gateway was not reached for the window', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    for (let second = 0; second < 130; second += 1) {
      if (browser.last('xhr-polling').readyState !== 4) browser.last('xhr-polling').end(0);
      browser.clock.advance(1000);
      assert.ok(second > 118 || received.length === 1, `${received} after ${second} s`);
    }
    assert.deepEqual(received, ['open', 'closed 1006  false true']);
    assert.ok(browser.requests.length < 60, 'the gateway is not flooded');
  });
});

describe('upstream of a fallback session', () => {
  it('puts what one task sends into one body, and has two under way at most', () => {
    const { browser, connection, received } = openFallback({ transports: ['xhr-polling'] });
    connection.send('a', 1);
    connection.send('ä', 2);
    browser.clock.advance(1);
    assert.equal(browser.last('send').body, `n.k;#1${RS}Ta${RS}Tä${RS}`);
    connection.send('c', 1);
    browser.clock.advance(1);
    connection.send('d', 1);
    connection.send('e', 1);
    browser.clock.advance(1);
    assert.equal(browser.count('send'), 2);
    browser.requests.find(({ url }) => url.endsWith('/send'))?.end(200, `A2${RS}`);
    assert.equal(browser.last('send').body, `n.k;#4${RS}Td${RS}Te${RS}`);
    assert.deepEqual(received, ['open', 'sent 3']);
  });

  for (const [what, status, text] of [
    ['lost', 0, ''],
    ['cut', 200, 'A'],
    ['a 503', 503, 'busy'],
    ['another number', 200, `A0${RS}`],
  ] as const)
    it(`sends again what was not taken when the answer is ${what}`, () => {
      const { browser, connection, received } = openFallback({ transports: ['xhr-polling'] });
      connection.send('a', 1);
      browser.clock.advance(1);
      browser.last('send').end(status, text);
      browser.clock.advance(300);
      assert.equal(browser.count('send'), 2);
      assert.equal(browser.last('send').body, `n.k;#1${RS}Ta${RS}`);
      browser.last('send').end(200, `A1${RS}`);
      assert.deepEqual(received, ['open', 'sent 1']);
    });

  it('acknowledges also while the answers to all its requests wait', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-streaming'] });
    for (let at = 0; at < 2; at += 1) {
      connection.send('a', 1);
      browser.clock.advance(1);
    }
    connection.send('b', 1);
    browser.last('xhr-streaming').grow(`#1${RS}T${'x'.repeat(150_000)}${RS}`);
    browser.clock.advance(1);
    assert.equal(browser.count('send'), 3);
    assert.equal(browser.last('send').body, `n.k;A1${RS}`);
  });

  it('sends again what got no answer at all', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-polling'] });
    connection.send('a', 1);
    browser.clock.advance(1);
    browser.clock.advance(32_000);
    assert.equal(browser.count('send'), 2);
  });

  it('posts binary as bytes, and as text once the gateway did not understand them', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-polling'] });
    connection.send(new Uint8Array([0, 255]), 2);
    browser.clock.advance(1);
    const bytes = Buffer.from(browser.last('send').body as ArrayBuffer);
    assert.equal(bytes.toString('latin1'), '\x01\x03n.k#\x011B\x02\x00\xff');
    browser.last('send').end(400, 'malformed');
    browser.clock.advance(1);
    assert.equal(browser.last('send').body, `n.k;#1${RS}BAP8=${RS}`);
  });

  it('posts text as bytes where strings may be posted in another normal form, if they are taken', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-polling'] });
    browser.page.WeakRef = undefined;
    connection.send('e\u0301', 3);
    browser.clock.advance(1);
    assert.equal(
      Buffer.from(browser.last('send').body as ArrayBuffer).toString(),
      '\x01\x03n.k#\x011T\x03e\u0301',
    );
    // edbrowse makes a GET of it.
    browser.last('send').end(405, 'only POST');
    browser.clock.advance(1);
    assert.equal(browser.last('send').body, `n.k;#1${RS}Te\u0301${RS}`);
  });

  it('asks for byte form once it has seen binary', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    browser.last('xhr-polling').end(200, `#1${RS}BAP8=${RS}`);
    assert.equal(browser.last('xhr-polling').body, `n.k;D2,1,b${RS}`);
    browser.last('xhr-polling').end(200, '#\x012B\x02\x00\uf7ff');
    assert.deepEqual(received, ['open', 'bytes 0,255', 'bytes 0,255']);
  });
});

describe('a session over WebSocket', () => {
  function openSession(): Opened & { socket: FakeSocket } {
    const opened = openFallback({ transports: ['websocket-session'] }, new FakeBrowser().withSocket());
    const socket = socketOf(opened.browser);
    socket.onopen?.({ type: 'open' });
    socket.onmessage?.({ type: 'message', data: `#1${RS}` });
    opened.browser.clock.advance(1);
    return { ...opened, socket };
  }

  it('sends bytes once there is something binary', () => {
    const { browser, connection, socket } = openSession();
    connection.send('a', 1);
    browser.clock.advance(1);
    connection.send(new Uint8Array([0, 255]), 2);
    browser.clock.advance(1);
    assert.deepEqual(socket.sent.slice(0, 2), [`D1,0${RS}`, `#1${RS}Ta${RS}`]);
    const bytes = Buffer.from(socket.sent[2] as ArrayBuffer);
    assert.equal(bytes.toString('latin1'), '#\x012B\x02\x00\xff');
  });

  it('sends again what is not acknowledged when the gateway asks it to attach anew', () => {
    const { browser, connection, socket } = openSession();
    connection.send('a', 1);
    browser.clock.advance(1);
    socket.onmessage?.({ type: 'message', data: `Er${RS}` });
    const next = socketOf(browser);
    assert.notEqual(next, socket);
    next.onopen?.({ type: 'open' });
    next.onmessage?.({ type: 'message', data: `#1${RS}` });
    browser.clock.advance(1);
    assert.deepEqual(next.sent, [`D2,0${RS}`, `#1${RS}Ta${RS}`]);
  });

  it('sends no more than can be acknowledged soon, and the rest then', () => {
    const { browser, connection, socket } = openSession();
    for (let at = 0; at < 10; at += 1) connection.send('x'.repeat(50_000), 50_000);
    browser.clock.advance(1);
    const sent = () => socket.sent.slice(1).join('').length;
    assert.ok(sent() > 100_000 && sent() < 263_168, `${sent()} characters`);
    const before = sent();
    socket.onmessage?.({ type: 'message', data: `A3${RS}` });
    browser.clock.advance(1);
    assert.ok(sent() >= before + 150_000, `${sent()} characters`);
    for (let ack = 4; ack <= 10; ack += 1) {
      socket.onmessage?.({ type: 'message', data: `A${ack}${RS}` });
      browser.clock.advance(1);
    }
    assert.ok(sent() > 500_000, `${sent()} characters`);
  });

  it('asks by a request whether the session is gone, as a WebSocket that fails does not say why', () => {
    const { browser, socket, received } = openSession();
    socket.onclose?.({ type: 'close' } as never);
    browser.clock.advance(1);
    browser.last('send').end(404, `Eg${RS}`);
    browser.clock.advance(1);
    assert.deepEqual(received, ['open', 'closed 1006  false true']);
  });
});

describe('the end of a fallback session', () => {
  it('does not wait for the peer to answer a Close longer than browsers do', () => {
    const { browser, connection, received } = openFallback({ transports: ['xhr-polling'] });
    connection.send('a', 1);
    connection.close(4001, 'bye');
    browser.clock.advance(1);
    browser.last('send').end(200, `A1${RS}`);
    browser.clock.advance(12_000);
    browser.last('send').end(200, `A2${RS}`);
    browser.clock.advance(9_999);
    assert.deepEqual(
      received,
      ['open', 'sent 1'],
      'what it sent before comes first, however long that takes',
    );
    browser.clock.advance(1);
    assert.deepEqual(received, ['open', 'sent 1', 'closed 1006  false false']);
    assert.equal(browser.beacons.at(-1)?.body, `n.k;X${RS}`);
    browser.clock.advance(200_000);
    assert.equal(browser.clock.timers, 0);
  });

  it('closes behind what was sent, shows what the peer answered, and acknowledges it', () => {
    const { browser, connection, received } = openFallback({ transports: ['xhr-polling'] });
    connection.send('a', 1);
    connection.close(4001, 'bye, all');
    browser.clock.advance(1);
    assert.equal(browser.last('send').body, `n.k;#1${RS}Ta${RS}C4001,bye, all${RS}`);
    browser.last('send').end(200, `A2${RS}`);
    browser.last('xhr-polling').end(200, `#1${RS}C4002,so long, then${RS}`);
    assert.deepEqual(received, ['open', 'sent 1', 'closing', 'closed 4002 so long, then true false']);
    assert.equal(browser.count('send'), 1, 'not in the task that brought the end');
    browser.clock.advance(1);
    assert.equal(browser.last('send').body, `n.k;A1${RS}`);
    browser.clock.advance(200_000);
    assert.equal(browser.count('xhr-polling'), 1);
  });

  it('tells a Close without code as 1005, clean', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    browser.last('xhr-polling').end(200, `#1${RS}C${RS}`);
    assert.deepEqual(received.slice(1), ['closing', 'closed 1005  true false']);
  });

  it('tells a Close with 0 as one with 0', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    browser.last('xhr-polling').end(200, `#1${RS}P0,none${RS}X${RS}`);
    assert.deepEqual(received.slice(1), ['closing', 'closed 0 none true false']);
  });

  it('tells a backend that broke the protocol as 1006, failed', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    browser.last('xhr-polling').end(200, `#1${RS}Tlast${RS}Pf${RS}X${RS}`);
    assert.deepEqual(received.slice(1), ['message last', 'closed 1006  false true']);
  });

  it('tells an end without Close as 1006, not failed', () => {
    const { browser, received } = openFallback({ transports: ['xhr-polling'] });
    browser.last('xhr-polling').end(200, `#1${RS}Tlast${RS}X${RS}`);
    assert.deepEqual(received.slice(1), ['message last', 'closed 1006  false false']);
  });

  it('tells the gateway when the page is left, and the page nothing', () => {
    const { browser, connection, received } = openFallback({ transports: ['xhr-polling'] });
    connection._unload();
    assert.deepEqual(browser.beacons, [
      { url: 'http://host:8080/echo/_fallback/v1/send', body: `n.k;X${RS}` },
    ]);
    assert.equal(browser.last('xhr-polling').aborted, true);
    browser.clock.advance(200_000);
    assert.deepEqual(received, ['open']);
    assert.equal(browser.clock.timers, 0);
  });

  it('waits for its goodbye where there is no beacon, as old WebKit and IE drop the requests of a page that is left', () => {
    const { browser, connection } = openFallback({ transports: ['xhr-polling'] });
    browser.page.navigator.sendBeacon = undefined;
    assert.equal(browser.last('xhr-polling').async, true);
    connection._unload();
    const { body, async } = browser.last('send');
    assert.deepEqual([body, async], [`n.k;X${RS}`, false]);
  });

  it('says in its diagnostics what it did', () => {
    const { connection } = openFallback();
    assert.deepEqual(
      connection.diagnostics().map(({ transport, what }) => `${transport}: ${what}`),
      ['websocket: none, or a draft', ': create', 'xhr-polling: open'],
    );
  });
});
