import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import type { XDomainRequest } from '../../../client-shim/browser.d.ts';
import { createOutbox } from '../../../client-shim/src/session/outbox.ts';
import { newName } from '../../../client-shim/src/transport/element.ts';
import { jsonpPolling } from '../../../client-shim/src/transport/jsonp-polling.ts';
import type { Requester } from '../../../client-shim/src/transport/requester.ts';
import { requesterFor } from '../../../client-shim/src/transport/requesters.ts';
import { scriptRequester } from '../../../client-shim/src/transport/script-requester.ts';
import { createScriptRequests } from '../../../client-shim/src/transport/script-requests.ts';
import { xdrRequester } from '../../../client-shim/src/transport/xdr-requester.ts';
import { xhrPolling } from '../../../client-shim/src/transport/xhr-polling.ts';
import { xhrRequester } from '../../../client-shim/src/transport/xhr-requester.ts';
import { textBody } from '../../../client-shim/src/wire/body.ts';
import { frame } from '../../../client-shim/src/wire/frame.ts';
import { type Element, makeDocument } from '../../support/browser/document.ts';
import { FakeBrowser } from './support/fake-browser.ts';

const RS = '\x1e';
const SEND = 'http://host:8080/echo/_fallback/v1/send';
const WS = 'ws://host:8080/echo';

interface Wrapped {
  readonly name: string;
  readonly text: string;
  /** Absent: it was cut. */
  readonly status?: number;
  readonly body?: string;
}

function vectors<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
}

type Script = Element & { onload(): void; onerror(): void; onreadystatechange(): void; readyState?: string };
interface Form {
  readonly address: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly frame: Element & { contentWindow: unknown; onload(): void };
  stopped: boolean;
}

/** An old browser whose requests are answered by hand. */
class OldBrowser extends FakeBrowser {
  readonly xdrs: FakeXdr[] = [];
  readonly scripts: Script[] = [];
  readonly forms: Form[] = [];
  readonly body: Element;

  constructor(forms = true) {
    super();
    const { xdrs } = this;
    const submit = (address: string, fields: Form['fields'], frame: Element): (() => void) => {
      const form = { address, fields, frame: frame as Form['frame'], stopped: false };
      this.forms.push(form);
      return () => {
        form.stopped = true;
      };
    };
    const { document } = makeDocument(new URL('http://host:8080/page'), {
      script: (element) => this.scripts.push(element as Script),
      frame: () => () => {},
      submit: forms ? submit : undefined,
    });
    this.page.document = document;
    this.body = this.page.document.body;
    this.page.location = { protocol: 'http:', href: 'http://host:8080/page' };
    this.page.FallbackGatewayScripts = createScriptRequests(this.page);
    this.page.XDomainRequest = class extends FakeXdr {
      constructor() {
        super();
        xdrs.push(this);
      }
    };
  }

  /** Runs a script as its answer. */
  call(script: Script, text: string): void {
    const name = /[?&]c=([^&]*)/.exec(script.src)?.[1] as string;
    this.page[name]?.(text);
    script.onload?.();
  }

  /** Names that the shim has put into the window. */
  get names(): string[] {
    return Object.keys(this.page).filter((name) => name.startsWith('_fg') && this.page[name] !== undefined);
  }
}

class FakeXdr implements Partial<XDomainRequest> {
  onload!: () => void;
  onerror!: () => void;
  onprogress!: () => void;
  ontimeout!: () => void;
  responseText = '';
  opened: string[] | undefined;
  body: string | undefined;
  aborted = false;

  open(...target: string[]): void {
    if (target[1]?.includes(':99999')) throw new Error('Access is denied.');
    this.opened = target;
  }
  send(body: string): void {
    this.body = body;
  }
  abort(): void {
    this.aborted = true;
  }
}

/** Posts, and keeps what is reported. */
function post(requester: Requester, browser: OldBrowser, body: string, address = SEND) {
  const received: (string | number)[][] = [];
  const request = requester._post(
    browser,
    address,
    body,
    { _crossOrigin: true },
    (status, text) => received.push([status, text]),
    (text) => received.push([text]),
  );
  assert.deepEqual(received, [], 'nothing is reported before it returned');
  return { received, request };
}

/** What a script asks. */
function requested({ src }: Script): string {
  return decodeURIComponent(/&b=(.*)$/.exec(src)?.[1] as string);
}

describe('a request by XDomainRequest', () => {
  it('is sent in a later task, with all handlers, and says how it wants the answer', () => {
    const browser = new OldBrowser();
    const { received } = post(xdrRequester, browser, `t;A1${RS}`);
    const [request] = browser.xdrs as [FakeXdr];
    assert.deepEqual([request.opened, request.body], [['POST', `${SEND}?w=1`], undefined]);
    for (const handler of [request.onload, request.onerror, request.onprogress, request.ontimeout])
      assert.equal(typeof handler, 'function');
    browser.clock.advance(1);
    assert.equal(request.body, `t;A1${RS}`);
    request.responseText = `A1${RS}`;
    request.onload();
    assert.deepEqual(received, [[200, `A1${RS}`]]);
  });

  it('tells what it has shown so far', () => {
    const browser = new OldBrowser();
    const { received } = post(xdrRequester, browser, 'x');
    const [request] = browser.xdrs as [FakeXdr];
    request.responseText = '#1';
    request.onprogress();
    assert.deepEqual(received, [['#1']]);
  });

  for (const { name, text, status = 0, body = '' } of vectors<Wrapped>('wrapped.json'))
    it(`takes ${name} for the status ${status}`, () => {
      const browser = new OldBrowser();
      const { received } = post(xdrRequester, browser, 'x');
      const [request] = browser.xdrs as [FakeXdr];
      request.responseText = text;
      request.onload();
      assert.deepEqual(received, [[status, body]]);
    });

  it('that fails or times out got no answer', () => {
    for (const event of ['onerror', 'ontimeout'] as const) {
      const browser = new OldBrowser();
      const { received } = post(xdrRequester, browser, 'x');
      browser.xdrs[0]?.[event]();
      assert.deepEqual(received, [[0, '']]);
    }
  });

  it('to a port that is not allowed tells so', () => {
    const browser = new OldBrowser();
    const { received } = post(xdrRequester, browser, 'x', 'http://host:99999/');
    browser.clock.advance(1);
    assert.deepEqual(received, [[0, 'Error: Access is denied.']]);
  });

  it('tells nothing once it was given up, and is not sent any more', () => {
    const browser = new OldBrowser();
    const { received, request } = post(xdrRequester, browser, 'x');
    const [xdr] = browser.xdrs as [FakeXdr];
    request._abort();
    browser.clock.advance(1);
    xdr.responseText = '#1';
    xdr.onprogress();
    xdr.onload();
    xdr.onerror();
    assert.deepEqual([received, xdr.body, xdr.aborted], [[], undefined, true]);
  });
});

describe('a request that the engine refuses with an exception has failed at once, and tells it', () => {
  /** What is reported of a request in a browser that `spoil` has changed. */
  function reported(requester: Requester, spoil: (browser: OldBrowser) => void): unknown[] {
    const browser = new OldBrowser();
    spoil(browser);
    const { received } = post(requester, browser, 'x');
    browser.clock.advance(1);
    return received;
  }
  const refuse = (): never => {
    throw new Error('refused');
  };

  for (const method of ['open', 'send'] as const) {
    it(`by XMLHttpRequest, in ${method}()`, () => {
      const received = reported(xhrRequester, ({ page }) => {
        page.XMLHttpRequest.prototype[method] = refuse;
      });
      assert.deepEqual(received, [[0, 'Error: refused']]);
    });

    it(`by XDomainRequest, in ${method}()`, () => {
      const received = reported(xdrRequester, ({ page }) => {
        page.XDomainRequest.prototype[method] = refuse;
      });
      assert.deepEqual(received, [[0, 'Error: refused']]);
    });
  }

  it('by a script tag', () => {
    const received = reported(scriptRequester, ({ page }) => {
      page.document.createElement = refuse;
    });
    assert.deepEqual(received, [[0, 'Error: refused']]);
  });

  it('while it grows, and is given up', () => {
    const browser = new OldBrowser();
    const { received } = post(xhrRequester, browser, 'x');
    const request = browser.last('send');
    Object.defineProperty(request, 'responseText', { get: refuse });
    request.readyState = 3;
    request.onreadystatechange?.();
    assert.deepEqual(received, [[0, 'Error: refused']]);
    assert.equal(request.aborted, true);
  });

  it('but for MSXML, which shows no text before the end', () => {
    const browser = new OldBrowser();
    const { received } = post(xhrRequester, browser, 'x');
    const request = browser.last('send');
    const mine = request as unknown as Record<string, unknown>;
    mine.withCredentials = undefined;
    Object.defineProperty(request, 'responseText', { get: refuse, configurable: true });
    request.readyState = 3;
    request.onreadystatechange?.();
    assert.deepEqual(received, []);
    Object.defineProperty(request, 'responseText', { value: 'all' });
    request.status = 200;
    request.readyState = 4;
    request.onreadystatechange?.();
    assert.deepEqual(received, [[200, 'all']]);
  });
});

it('a name of a callback is never used again, even where Math.random is a constant', () => {
  const { random } = Math;
  Math.random = () => 0.999999999;
  try {
    const names = Array.from({ length: 1000 }, newName);
    assert.equal(new Set(names).size, 1000);
    for (const name of names) assert.match(name, /^_fg\d{1,15}$/);
  } finally {
    Math.random = random;
  }
});

describe('a growing response to an XMLHttpRequest', () => {
  /** Blink and Gecko show what arrived, and fire no event for 50 ms. */
  function growing() {
    const browser = new OldBrowser();
    const { received, request } = post(xhrRequester, browser, 'x');
    const sent = browser.last('send');
    sent.grow('one ');
    return { browser, received, request, sent };
  }

  it('is read between two events of the engine', () => {
    const { browser, received, sent } = growing();
    sent.responseText += 'two ';
    browser.clock.advance(5);
    assert.deepEqual(received, [['one '], ['one two ']]);
    sent.responseText += 'three';
    browser.clock.advance(5);
    assert.deepEqual(received.at(-1), ['one two three']);
  });

  it('is looked at for no longer than the engine is silent', () => {
    const { browser, sent } = growing();
    browser.clock.advance(100);
    assert.equal(browser.clock.timers, 0);
    sent.grow('two');
    assert.equal(browser.clock.timers, 1);
  });

  it('is looked at less often when it is long', () => {
    const { browser, received, sent } = growing();
    sent.grow('x'.repeat(400_000));
    const before = received.length;
    browser.clock.advance(20);
    assert.equal(received.length, before);
  });

  it('is not looked at any more when it was given up, or has ended', () => {
    for (const end of [(all: ReturnType<typeof growing>) => all.request._abort(), growingEnds]) {
      const all = growing();
      end(all);
      assert.equal(all.browser.clock.timers, 0);
    }
  });

  it('is left to the events of engines that fire one for each part', () => {
    const { browser } = growing();
    browser.clock.advance(100);
    browser.page.TextDecoder = undefined;
    browser.last('send').grow('two');
    assert.equal(browser.clock.timers, 0);
  });

  function growingEnds({ sent }: ReturnType<typeof growing>): void {
    sent.end();
  }
});

describe('a request by a script tag', () => {
  it('is its address, and its run the answer; nothing is left of it', () => {
    const browser = new OldBrowser();
    const { received } = post(scriptRequester, browser, `t;A1${RS}`);
    const [script] = browser.scripts as [Script];
    assert.match(script.src, /\/send\?c=_fg\d{1,15}&b=t%3BA1%1E$/);
    assert.equal(script.parentNode, browser.body);
    browser.call(script, `409;nonce used${RS}`);
    assert.deepEqual(received, [[409, `nonce used${RS}`]]);
    assert.deepEqual([script.parentNode, browser.names, browser.clock.timers], [null, [], 0]);
  });

  for (const { name, callback, text, script } of vectors<Record<string, string>>('scripts.json'))
    it(`calls with ${name}`, () => {
      let received: unknown;
      const call = runInThisContext(`(function (${callback}) { ${script} })`);
      call((given: unknown) => {
        received = given;
      });
      assert.equal(received, text);
    });

  it('got no answer if it ended without a run', () => {
    for (const event of ['onload', 'onerror'] as const) {
      const browser = new OldBrowser();
      const { received } = post(scriptRequester, browser, 'x');
      browser.scripts[0]?.[event]();
      browser.clock.advance(1);
      assert.deepEqual([received, browser.names], [[[0, '']], []]);
    }
  });

  it('has a second to run after its end in old Internet Explorers', () => {
    for (const late of [true, false]) {
      const browser = new OldBrowser();
      const { received } = post(scriptRequester, browser, 'x');
      const [script] = browser.scripts as [Script];
      for (script.readyState of ['loading', 'loaded']) script.onreadystatechange();
      browser.clock.advance(999);
      assert.deepEqual(received, []);
      if (late) browser.call(script, 'A1');
      browser.clock.advance(10);
      assert.deepEqual(received, late ? [[200, 'A1']] : [[0, '']]);
    }
  });

  it('finds nobody when it comes late, and harms nobody', () => {
    const browser = new OldBrowser();
    const { received, request } = post(scriptRequester, browser, 'x');
    const [script] = browser.scripts as [Script];
    request._abort();
    assert.deepEqual([script.parentNode, browser.names], [null, []]);
    browser.call(script, 'A1');
    browser.clock.advance(2000);
    assert.deepEqual(received, []);
  });

  it('works in a window that lets nothing be deleted', () => {
    const browser = new OldBrowser();
    const window = new Proxy(browser.page, {
      deleteProperty: () => {
        throw new Error("Object doesn't support this action");
      },
    });
    browser.page.FallbackGatewayScripts = createScriptRequests(window);
    const platform = Object.assign(Object.create(browser), { page: window }) as OldBrowser;
    const { received } = post(scriptRequester, platform, 'x');
    browser.call(browser.scripts[0] as Script, 'A1');
    assert.deepEqual([received, browser.names], [[[200, 'A1']], []]);
  });

  it('is an image on a page that is left, which engines still ask for then', () => {
    const browser = new OldBrowser();
    scriptRequester._post(browser, SEND, `t;X${RS}`, { _crossOrigin: true, _sync: true });
    assert.deepEqual(browser.scripts, []);
    const [image] = browser.body.childNodes as [Script];
    assert.equal(image.tagName, 'IMG');
    assert.equal(requested(image), `t;X${RS}`);
  });
});

describe('the first request by a script tag', () => {
  /** A browser that has not loaded the script with such requests. */
  function fresh() {
    const browser = new OldBrowser();
    const requests = browser.page.FallbackGatewayScripts;
    browser.page.FallbackGatewayScripts = undefined;
    const load = () => {
      browser.page.FallbackGatewayScripts = requests;
      browser.scripts[0]?.onload();
    };
    return { browser, load };
  }

  it('loads the script that makes them, and goes when it is there', () => {
    const { browser, load } = fresh();
    const { received } = post(scriptRequester, browser, `t;A1${RS}`);
    assert.deepEqual(
      browser.scripts.map(({ src }) => src),
      ['http://host:8080/shim/script-requests.js'],
    );
    load();
    assert.equal(requested(browser.scripts[1] as Script), `t;A1${RS}`);
    browser.call(browser.scripts[1] as Script, `A1${RS}`);
    assert.deepEqual(received, [[200, `A1${RS}`]]);
    post(scriptRequester, browser, `t;A2${RS}`);
    assert.equal(browser.scripts.length, 3, 'once');
  });

  it('got no answer if that script does not load, and a later one loads it again', () => {
    const { browser, load } = fresh();
    const first = post(scriptRequester, browser, 'x');
    browser.scripts[0]?.onerror();
    const second = post(scriptRequester, browser, 'y');
    browser.clock.advance(2500);
    assert.deepEqual([first.received, second.received], [[[0, 'no script']], [[0, 'no script']]]);
    assert.deepEqual([browser.body.childNodes, browser.clock.timers], [[], 0]);
    browser.scripts.length = 0;
    post(scriptRequester, browser, 'z');
    load();
    assert.equal(requested(browser.scripts[1] as Script), 'z');
  });

  it('got none either where the page may not load it (Trusted Types)', () => {
    const { browser } = fresh();
    const { document } = browser.page;
    const { createElement } = document;
    document.createElement = (tag: string) =>
      Object.defineProperty(createElement.call(document, tag), 'src', {
        set: () => {
          throw new TypeError('This document requires TrustedScriptURL');
        },
      });
    const { received } = post(scriptRequester, browser, 'x');
    browser.clock.advance(1);
    assert.deepEqual(received, [[0, 'no script']]);
  });

  it('is not made if it is given up before that', () => {
    const { browser } = fresh();
    const { received, request } = post(scriptRequester, browser, 'x');
    request._abort();
    assert.deepEqual([browser.scripts[0]?.onload, browser.body.childNodes], [null, []]);
    browser.clock.advance(3000);
    assert.deepEqual([received, browser.scripts.length], [[], 1]);
  });
});

describe('a request by a form', () => {
  const body = `n.k;A3${RS}#1${RS}Tä😀 +&=%${RS}`;

  it('carries the body in ASCII, and asks when its page is there how far the gateway is', () => {
    const browser = new OldBrowser();
    const { received } = post(scriptRequester, browser, body);
    const [form] = browser.forms as [Form];
    assert.equal(form.address, `${SEND}?f=1`);
    assert.deepEqual(form.fields, [['b', encodeURIComponent(body)]]);
    form.frame.onload();
    assert.equal(browser.scripts.length, 0, 'the empty page that is there first is no answer');
    form.frame.contentWindow = { location: { href: form.address } };
    form.frame.onload();
    form.frame.onload?.();
    browser.clock.advance(1);
    assert.deepEqual(browser.scripts.map(requested), [`n.k;A0${RS}`]);
    browser.call(browser.scripts.at(0) as Script, `A1${RS}`);
    assert.deepEqual(received, [[200, `A1${RS}`]]);
    assert.deepEqual([browser.body.childNodes, browser.names, browser.clock.timers], [[], [], 0]);
  });

  it('takes a page that it may not look at for the answer', () => {
    const browser = new OldBrowser();
    post(scriptRequester, browser, body);
    const [form] = browser.forms as [Form];
    form.frame.contentWindow = {
      get location() {
        throw new Error('Permission denied');
      },
    };
    form.frame.onload();
    assert.equal(browser.scripts.length, 1);
  });

  it('ends with its frame, or with its question, when it is given up', () => {
    const browser = new OldBrowser();
    const first = post(scriptRequester, browser, body);
    first.request._abort();
    browser.clock.advance(1);
    assert.deepEqual([browser.forms[0]?.stopped, browser.body.childNodes], [true, []]);
    const second = post(scriptRequester, browser, body);
    const form = browser.forms[1] as Form;
    form.frame.contentWindow = { location: { href: form.address } };
    form.frame.onload();
    second.request._abort();
    browser.clock.advance(1);
    browser.call(browser.scripts[0] as Script, `A1${RS}`);
    assert.deepEqual([first.received, second.received, browser.body.childNodes], [[], [], []]);
  });
});

describe('where there are no forms', () => {
  it('an address holds whatever is sent, and has 2,000 characters at most', () => {
    const browser = new OldBrowser(false);
    const token = 'x'.repeat(64);
    const room = scriptRequester._maxBody?.(browser, SEND) as number;
    for (const text of ['a', 'ä', '€', '😀', '\0', ' ']) {
      const outbox = createOutbox(room);
      outbox._add('T', text.repeat(1000), 0);
      outbox._add('B', '\xff'.repeat(1000), 0);
      outbox._add('C', '4999,end', 0);
      for (let units = 1; outbox._hasUnsent(); units++) {
        post(scriptRequester, browser, textBody(token, [frame('A', 2 ** 53 - 1), ...outbox._take(1)]));
        // Each has one numbered frame at least.
        outbox._acknowledged(units);
      }
    }
    assert.deepEqual(browser.forms, []);
    for (const { src } of browser.scripts) assert.ok(src.length <= 2000, `${src.length}`);
    const longest = Math.max(...browser.scripts.map(({ src }) => src.length));
    assert.ok(longest > 1700, `${longest} is less than there is room for`);
  });

  it('there is some room however long the address of the gateway is', () => {
    const room = scriptRequester._maxBody?.(
      new OldBrowser(false),
      `http://host/${'x'.repeat(5000)}`,
    ) as number;
    const outbox = createOutbox(room);
    outbox._add('T', 'x'.repeat(100), 100);
    assert.ok(outbox._take(1).length > 1);
  });

  it('and with forms as much as the gateway takes', () => {
    assert.equal(scriptRequester._maxBody?.(new OldBrowser(), SEND), Number.POSITIVE_INFINITY);
  });
});

describe('how a session is made and sent on', () => {
  const inIe8 = () => {
    const browser = new OldBrowser();
    // MSXML's has no withCredentials.
    browser.page.XMLHttpRequest = class {};
    return browser;
  };

  it('is by XMLHttpRequest wherever that goes there, whatever carries the answers', () => {
    assert.equal(requesterFor(xhrPolling, new OldBrowser(), true, WS), xhrRequester);
    assert.equal(requesterFor(xhrPolling, inIe8(), false, WS), xhrRequester);
  });

  it('is by XDomainRequest to another origin of the same scheme', () => {
    assert.equal(requesterFor(xhrPolling, inIe8(), true, WS), xdrRequester);
    assert.equal(requesterFor(xhrPolling, inIe8(), true, 'wss://host/'), scriptRequester);
    // Nor from a page without a scheme of the network's.
    const fromFile = inIe8();
    fromFile.page.location = { protocol: 'file:', href: 'file:///C:/page.html' };
    assert.equal(requesterFor(xhrPolling, fromFile, true, WS), scriptRequester);
  });

  it('is by scripts and forms if they are what the page wants, or all there is', () => {
    assert.equal(requesterFor(jsonpPolling, new OldBrowser(), false, WS), scriptRequester);
    const browser = inIe8();
    delete browser.page.XDomainRequest;
    assert.equal(requesterFor(xhrPolling, browser, true, WS), scriptRequester);
    delete browser.page.document;
    assert.equal(requesterFor(xhrPolling, browser, true, WS), undefined);
    assert.equal(requesterFor(undefined, new OldBrowser(), true, WS), undefined);
  });
});
