import assert from 'node:assert/strict';
import { createConnect } from '../../../client-shim/src/connect/connect.ts';
import type { Connection, Step } from '../../../client-shim/src/connect/connection.ts';
import { createMemory } from '../../../client-shim/src/connect/memory.ts';
import { createMovies } from '../../../client-shim/src/flash/movie.ts';
import type { LazyScript, SocketOptions } from '../../../client-shim/src/transport/lazy-script.ts';
import { FakeBrowser, type FakeSocket } from './support/fake-browser.ts';

const GATEWAY = 'http://host:8080';
const ALL = ['websocket', 'xhr-streaming', 'flash-socket', 'xhr-polling'];
const ANSWER =
  'token=n.k&protocol=&carriers=xhr-polling%2Cxhr-streaming&heartbeat=25000' +
  '&silence=62500&window=120000&outbox=1048576&body=263168&end=1';

interface Script {
  src: string;
  parentNode: object | null;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onreadystatechange: (() => void) | null;
}

/** A browser with a document, and with a Flash player if there is to be one. */
class FlashBrowser extends FakeBrowser {
  readonly scripts: Script[] = [];
  /** What the gateway's script had to open. */
  readonly openings: SocketOptions[] = [];
  readonly sent: unknown[] = [];
  abandoned = 0;

  constructor(player: 'none' | 'plug-in' | 'ActiveX') {
    super();
    const { scripts } = this;
    const body = {
      firstChild: null,
      insertBefore(script: Script) {
        script.parentNode = body;
        scripts.push(script);
      },
      removeChild(script: Script) {
        script.parentNode = null;
      },
    };
    this.page.document = { body, createElement: () => ({ style: {} }), getElementsByTagName: () => [body] };
    this.page.navigator.plugins = player === 'plug-in' ? { 'Shockwave Flash': {} } : {};
    if (player === 'ActiveX') {
      this.page.ActiveXObject = function (this: unknown, name: string) {
        if (name !== 'ShockwaveFlash.ShockwaveFlash') throw new Error('cannot create');
      };
    }
  }

  /** No XMLHttpRequest that goes to another origin, as in IE8. */
  withoutRequests(): this {
    this.page.XMLHttpRequest = undefined;
    return this;
  }

  /** The script arrives. */
  load(): void {
    const script: LazyScript = {
      open: (opening) => {
        this.openings.push(opening);
        return {
          send: (data) => void this.sent.push(data),
          close: (...status) => void this.sent.push(status),
          settle() {},
          abandon: () => {
            this.abandoned++;
          },
        };
      },
    };
    this.page.FallbackGatewayFlash = script;
    this.scripts.at(-1)?.onload?.();
  }

  get opening(): SocketOptions {
    return this.openings.at(-1) as SocketOptions;
  }
}

function open(
  browser: FlashBrowser,
  { transports = ALL, origin = GATEWAY, url = 'ws://host:8080/echo' } = {},
): { connection: Connection; received: string[]; steps(): string[] } {
  const received: string[] = [];
  const connect = createConnect(browser, createMemory(browser.page, browser.now));
  const connection = connect(
    { url, protocols: ['chat'], origin, transports },
    {
      open: (protocol) => received.push(`open ${protocol}`),
      message: (data) => received.push(`message ${data}`),
      sent: () => {},
      closing: () => {},
      closed: (...status) => received.push(`closed ${status.join(' ')}`),
    },
  );
  assert.deepEqual(received, [], 'nothing is reported before connect has returned');
  const steps = () => connection.diagnostics().map(({ transport, what }: Step) => `${transport} ${what}`);
  return { connection, received, steps };
}

/** The order in which it is the best that this engine has. */
const FLASH_FIRST = ['websocket', 'flash-socket', 'xhr-polling'];

describe('the ladder, at the step of Flash', () => {
  it('is not there unless the page names it', () => {
    const browser = new FlashBrowser('plug-in');
    open(browser, { transports: ['websocket', 'xhr-polling'] });
    createConnect(browser, createMemory(browser.page, browser.now))(
      { url: 'ws://host:8080/echo', protocols: [], origin: GATEWAY, transports: null },
      { open() {}, message() {}, sent() {}, closing() {}, closed() {} },
    );
    assert.equal(browser.scripts.length, 0);
    assert.equal(browser.count('create'), 2);
  });

  it('leaves no script in the page: not the one that came, nor one that did not, nor one that the page did not wait for', () => {
    const come = new FlashBrowser('plug-in');
    open(come, { transports: FLASH_FIRST });
    assert.notEqual(come.scripts[0]?.parentNode, null);
    come.load();
    const lost = new FlashBrowser('plug-in');
    open(lost, { transports: FLASH_FIRST });
    lost.clock.advance(2500);
    const left = new FlashBrowser('plug-in');
    open(left, { transports: FLASH_FIRST }).connection.close(1005, '');
    for (const { scripts } of [come, lost, left]) {
      assert.deepEqual(
        scripts.map(({ parentNode }) => parentNode),
        [null],
      );
    }
  });

  it('is behind a native WebSocket', () => {
    const browser = new FlashBrowser('plug-in').withSocket() as FlashBrowser;
    const { connection } = open(browser, { transports: ['flash-socket', 'websocket'] });
    (browser.sockets[0] as FakeSocket).onopen?.({ type: 'open' });
    browser.clock.advance(60_000);
    assert.equal(connection.transport(), 'websocket');
    assert.equal(browser.scripts.length, 0);
  });

  it('is behind every carrier that the page names before it and the engine has', () => {
    const browser = new FlashBrowser('plug-in');
    const { received } = open(browser, { transports: ALL });
    browser.clock.advance(10);
    browser.last('create').end(200, `${ANSWER}&protocol=chat`.replace('protocol=&', ''));
    assert.deepEqual(received, ['open chat']);
    assert.equal(browser.scripts.length, 0);
  });

  it('loads its script from the gateway, opens, and is the connection from then on', () => {
    const browser = new FlashBrowser('plug-in');
    const { connection, received, steps } = open(browser, { transports: FLASH_FIRST });
    assert.equal(browser.count('create'), 0);
    assert.equal(browser.scripts[0]?.src, `${GATEWAY}/shim/flash-socket.js`);
    browser.load();
    const { url, protocols, origin, events, hooks } = browser.opening;
    assert.deepEqual([url, protocols, origin], ['ws://host:8080/echo', ['chat'], GATEWAY]);
    hooks.opened();
    events.open('chat', '');
    events.message('hello');
    connection.send('x', 1);
    connection.close(4000, 'bye');
    assert.deepEqual(received, ['open chat', 'message hello']);
    assert.deepEqual(browser.sent, ['x', [4000, 'bye']]);
    assert.equal(connection.transport(), 'flash-socket');
    hooks.over(4000);
    events.closed(4000, 'bye', true, false);
    assert.deepEqual(steps(), [
      'websocket none, or a draft',
      'flash-socket trying',
      'flash-socket open',
      'flash-socket closed 4000',
    ]);
  });

  it('finds the player of Internet Explorer, where it is the only way to another origin', () => {
    const browser = new FlashBrowser('ActiveX').withoutRequests();
    open(browser, { transports: ['xhr-polling', 'flash-socket'], origin: 'http://app' });
    assert.equal(browser.scripts.length, 1);
  });

  it('is behind what a bridge to the gateway could do, where the page names that before it', () => {
    const steps = (transports: string[]) => {
      const browser = new FlashBrowser('ActiveX');
      browser.page.postMessage = browser.page.attachEvent = () => {};
      // As in IE8: not to another origin.
      browser.page.XMLHttpRequest = class extends browser.page.XMLHttpRequest {
        withCredentials = undefined;
      };
      return open(browser, { transports, origin: 'http://app' }).steps();
    };
    assert.deepEqual(steps(['xhr-polling', 'flash-socket']), ['websocket not requested', 'bridge trying']);
    assert.deepEqual(steps(['flash-socket', 'xhr-polling']), [
      'websocket not requested',
      'flash-socket trying',
    ]);
  });

  it('loads its script once', () => {
    const browser = new FlashBrowser('plug-in');
    open(browser, { transports: FLASH_FIRST });
    browser.load();
    open(browser, { transports: FLASH_FIRST });
    browser.clock.advance(0);
    assert.equal(browser.scripts.length, 1);
    assert.equal(browser.openings.length, 2);
  });

  it('costs no time where there is no Flash', () => {
    const browser = new FlashBrowser('none');
    open(browser, { transports: FLASH_FIRST });
    assert.equal(browser.count('create'), 1, 'before any time has gone by');
  });

  it('is not for pages of https, nor for wss', () => {
    for (const target of [{ origin: 'https://host' }, { origin: 'null' }, { url: 'wss://host:8080/echo' }]) {
      const browser = new FlashBrowser('plug-in');
      open(browser, { transports: FLASH_FIRST, ...target });
      assert.equal(browser.scripts.length, 0);
      assert.equal(browser.count('create'), 1);
    }
  });

  it('is passed over when its script fails at once, or does not come in two and a half seconds', () => {
    const failing = new FlashBrowser('plug-in');
    open(failing, { transports: FLASH_FIRST });
    failing.scripts[0]?.onerror?.();
    assert.equal(failing.count('create'), 1);
    const silent = new FlashBrowser('plug-in');
    open(silent, { transports: FLASH_FIRST });
    const script = silent.scripts[0] as Script & { readyState: string };
    script.readyState = 'loaded';
    script.onreadystatechange?.();
    silent.clock.advance(2499);
    assert.equal(silent.count('create'), 0);
    silent.clock.advance(1);
    assert.equal(silent.count('create'), 1);
    silent.load();
    assert.equal(silent.openings.length, 0, 'what comes late is not used');
  });

  it('is passed over, and left alone for ten minutes once HTTP was seen to work', () => {
    const browser = new FlashBrowser('plug-in');
    const { steps } = open(browser, { transports: FLASH_FIRST });
    browser.load();
    browser.opening.hooks.passed('no player answered');
    browser.clock.advance(10);
    browser.last('create').end(200, ANSWER);
    assert.ok(steps().includes('flash-socket no player answered'));
    open(browser, { transports: FLASH_FIRST });
    assert.equal(browser.openings.length, 1);
    browser.clock.advance(601_000);
    open(browser, { transports: FLASH_FIRST });
    browser.clock.advance(0);
    assert.equal(browser.openings.length, 2);
  });

  it('fails with 1006 when it is all there is and does not open', () => {
    const browser = new FlashBrowser('plug-in');
    const { received } = open(browser, { transports: ['flash-socket'] });
    browser.load();
    browser.opening.hooks.passed('refused');
    browser.clock.advance(0);
    assert.deepEqual(received, ['closed 1006  false true']);
  });

  it('can be given up at every stage', () => {
    const loading = new FlashBrowser('plug-in');
    const first = open(loading, { transports: FLASH_FIRST });
    first.connection.close(1000, '');
    loading.load();
    assert.equal(loading.openings.length, 0);

    const opening = new FlashBrowser('plug-in');
    const second = open(opening, { transports: FLASH_FIRST });
    opening.load();
    second.connection.close(1000, '');
    assert.equal(opening.abandoned, 1);
    opening.clock.advance(60_000);
    assert.deepEqual(second.received, ['closed 1006  false true']);
    assert.equal(opening.count('create'), 0);

    const left = new FlashBrowser('plug-in');
    const third = open(left, { transports: FLASH_FIRST });
    left.load();
    third.connection._unload();
    assert.equal(left.abandoned, 1);
  });
});

describe('the movies of a page', () => {
  interface Holder {
    style: { cssText: string };
    innerHTML: string;
    firstChild: object | null;
  }

  /** A page whose players are the test's. */
  function moviesIn(player: 'plug-in' | 'ActiveX', hasBody = true, scripts: readonly string[] = []) {
    const browser = new FlashBrowser(player);
    const holders: Holder[] = [];
    const body = { firstChild: null, insertBefore: (holder: Holder) => holders.push(holder) };
    browser.page.document = {
      body: hasBody ? body : null,
      createElement: () => ({ style: {}, innerHTML: '', firstChild: null }),
      getElementsByTagName: () => scripts.map((src) => ({ src })),
    };
    return { browser, holders, body, movies: createMovies(browser.page) };
  }

  it('come from where the shim came from, if that is the gateway', () => {
    const below = `${GATEWAY}/portal/shim/`;
    const scripts = ['', 'http://other/shim/websocket.js', `${below}0.1.0/websocket.js`];
    const { movies, holders } = moviesIn('plug-in', true, scripts);
    movies.whenReady(GATEWAY, () => {});
    assert.ok(holders[0]?.innerHTML.includes(`${below}flash-socket.swf`), holders[0]?.innerHTML);
  });

  it('are embedded as the engine needs it, one for each gateway', () => {
    const modern = moviesIn('plug-in');
    for (const origin of [GATEWAY, GATEWAY, 'http://other']) modern.movies.whenReady(origin, () => {});
    assert.equal(modern.holders.length, 2);
    const names = modern.holders.map(({ innerHTML }) => /id="(\w+)" name="\1"/.exec(innerHTML)?.[1]);
    assert.ok(names[0] && names[1] && names[0] !== names[1], 'Internet Explorer finds a movie by its id');
    assert.match(
      modern.holders[0]?.innerHTML ?? '',
      /^<embed type="application\/x-shockwave-flash" src="http:\/\/host:8080\/shim\/flash-socket\.swf" [^<]*allowScriptAccess="always" flashvars="movie=\d+">$/,
    );
    const old = moviesIn('ActiveX');
    old.movies.whenReady(GATEWAY, () => {});
    assert.match(
      old.holders[0]?.innerHTML ?? '',
      /^<object classid="clsid:D27CDB6E-AE6D-11cf-96B8-444553540000" [^<]*><param name="movie" value="http:\/\/host:8080\/shim\/flash-socket\.swf">/,
    );
  });

  it('wait for a body', () => {
    const { browser, holders, body, movies } = moviesIn('plug-in', false);
    movies.whenReady(GATEWAY, () => {});
    browser.clock.advance(500);
    assert.equal(holders.length, 0);
    browser.page.document.body = body;
    browser.clock.advance(50);
    assert.equal(holders.length, 1);
  });

  it('are ready when they say so, refused when they say that, and given up after five seconds', () => {
    const { browser, holders, movies } = moviesIn('plug-in');
    const received: string[] = [];
    for (const origin of ['a', 'b', 'c'])
      movies.whenReady(origin, (ready) => received.push(`${origin} ${ready}`));
    const idOf = (at: number) => Number(/movie=(\d+)/.exec(holders[at]?.innerHTML ?? '')?.[1]);
    movies.tell('ready', idOf(0), '');
    movies.tell('refused', idOf(1), '');
    assert.equal(received.length, 0, 'not within the call of the movie');
    browser.clock.advance(0);
    assert.deepEqual(received, ['a true', 'b false']);
    browser.clock.advance(5000);
    assert.deepEqual(received, ['a true', 'b false', 'c false']);
    movies.whenReady('a', (ready) => received.push(`a again ${ready}`));
    browser.clock.advance(0);
    assert.equal(received.at(-1), 'a again true');
  });

  it('carry bytes in base64, large ones in parts, and report an end once', () => {
    const { browser, holders, movies } = moviesIn('plug-in');
    movies.whenReady(GATEWAY, () => {});
    const calls: string[] = [];
    let connected = true;
    const player = {
      socketOpen: (id: number) => calls.push(`open ${id}`),
      socketSend: (_id: number, bytes: string) => {
        calls.push(bytes);
        return connected;
      },
      socketClose: () => calls.push('close'),
    };
    (holders[0] as Holder).firstChild = player;
    const received: unknown[] = [];
    const link = movies.open(GATEWAY, {
      open: () => received.push('open'),
      data: (bytes) => received.push(bytes),
      over: () => received.push('over'),
    });
    const id = Number(calls[0]?.split(' ')[1]);
    movies.tell('open', id, '');
    movies.tell('data', id, 'AP8=');
    assert.ok(link.send(Array.from({ length: 30_001 }, () => 0)));
    assert.deepEqual(
      calls.slice(1).map(({ length }) => length),
      [40_000, 4],
    );
    connected = false;
    assert.equal(link.send([1]), false);
    movies.tell('over', id, '');
    movies.tell('over', id, '');
    browser.clock.advance(0);
    assert.deepEqual(received, ['open', [0, 255], 'over']);
  });

  it('end a connection whose element the page has taken away', () => {
    const { browser, holders, movies } = moviesIn('plug-in');
    movies.whenReady(GATEWAY, () => {});
    (holders[0] as Holder).firstChild = {};
    const received: string[] = [];
    const link = movies.open(GATEWAY, { open() {}, data() {}, over: () => received.push('over') });
    assert.equal(link.send([1]), false);
    browser.clock.advance(0);
    assert.deepEqual(received, ['over']);
    link.close();
  });
});
