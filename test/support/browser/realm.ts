import * as http from 'node:http';
import { createContext, runInContext } from 'node:vm';
import { makeDocument } from './document.ts';
import { eventSourceConstructor } from './event-source.ts';
import { submitForm } from './form-element.ts';
import { loadFrameElement } from './frame-element.ts';
import { type HtmlFile, makeHtmlFile } from './htmlfile.ts';
import type { Network } from './network.ts';
import { loadScriptElement } from './script-element.ts';
import { webSocketConstructor } from './web-socket.ts';
import { xDomainRequestConstructor } from './xdomain-request.ts';
import { type XhrFlavour, xhrConstructor } from './xhr.ts';

export interface RealmOptions {
  /** Address of the page. */
  readonly url: string;
  /**
   * Names of globals that this browser does not have: `WebSocket`, `EventSource`, `ArrayBuffer`,
   * `JSON`, …
   */
  readonly without?: readonly string[];
  /** @default 'xhr2' */
  readonly xhr?: XhrFlavour;
  /**
   * Internet Explorer's manners: no Origin on same-origin requests, `attachEvent` in place of
   * `addEventListener`.
   */
  readonly ie?: boolean;
  /** Forms can be sent. @default true */
  readonly forms?: boolean;
  /** It has XDomainRequest. */
  readonly xdr?: boolean;
  /** Its ActiveX makes documents: `htmlfile`. */
  readonly htmlfile?: boolean;
  /** HTTP connections to a host that it has at a time. @default 6 */
  readonly connections?: number;
  /** Sent with every request to the page's own origin. */
  readonly cookie?: string;
}

/**
 * A stand-in for a browser, in Node: a global object with just enough of a page for a network shim,
 * and real requests. It takes capabilities away by name, so that each transport can be forced; it
 * is no proof that any real browser works.
 */
export interface Realm {
  /** The page's global object. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the page has made of it
  readonly window: any;
  /** What page code threw where nobody caught it. */
  readonly errors: unknown[];
  /** Every document that ActiveX has made. */
  readonly htmlfiles: readonly HtmlFile[];
  /**
   * Fetches a script, as a `<script src>` with those attributes would, and runs it. If there is
   * `code`, it is run in place of what the address has.
   */
  loadScript(url: string, attributes?: Readonly<Record<string, string>>, code?: string): Promise<void>;
  /** Runs code in the page. */
  run(code: string): unknown;
  /** The page is left: `pagehide` and `unload`, then every request and timer ends. */
  leave(): void;
}

const IE_AGENT = 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)';
const AGENT = 'Mozilla/5.0 (stand-in) fallback-gateway-tests';

/** Opens a page. */
export function openRealm(options: RealmOptions): Realm {
  const { ie = false, without = [], xhr = 'xhr2', connections = 6 } = options;
  const page = new URL(options.url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const underWay = new Set<() => void>();
  /** Nothing runs in a page that is no more, and nothing begins. */
  let left = false;
  const errors: unknown[] = [];
  const htmlfiles: HtmlFile[] = [];
  const network: Network = {
    page,
    agent,
    ie,
    userAgent: ie ? IE_AGENT : AGENT,
    cookie: options.cookie,
    track(abort) {
      if (left) setImmediate(abort);
      underWay.add(abort);
      return () => void underWay.delete(abort);
    },
    call(handler, self, ...values) {
      if (left || typeof handler !== 'function') return;
      try {
        handler.apply(self, values);
      } catch (error) {
        errors.push(error);
      }
    },
  };

  const window = createContext({}) as Record<string, unknown>;
  const global = runInContext('this', window) as object;
  const makeBuffer = (bytes: Buffer) => {
    const Bytes = runInContext('Uint8Array', window) as Uint8ArrayConstructor;
    return new Bytes(bytes).buffer;
  };
  const { document, addScript } = makeDocument(page, {
    script: (element) => loadScriptElement(network, (code) => runInContext(code, window), element),
    frame: (element) => loadFrameElement(network, global, element),
    submit:
      options.forms === false
        ? undefined
        : (address, fields, frame) => submitForm(network, address, fields, frame),
  });
  const listeners = new Map<string, unknown[]>();
  const listen = (type: string, listener: unknown) =>
    void listeners.set(type, [...(listeners.get(type) ?? []), listener]);
  const Request = xhrConstructor(xhr, network, makeBuffer);
  const newHtmlFile = (): object => {
    const file = makeHtmlFile(network);
    htmlfiles.push(file);
    return file;
  };

  Object.assign(window, {
    window: global,
    self: global,
    top: global,
    parent: global,
    document,
    location: locationOf(page),
    navigator: { userAgent: network.userAgent, onLine: true },
    console,
    origin: page.origin,
    ...timers(network),
    ...(ie
      ? {
          attachEvent: (type: string, listener: unknown) => listen(type.slice(2), listener),
          detachEvent: () => {},
        }
      : { addEventListener: listen, removeEventListener: () => {} }),
    ...(options.xdr ? { XDomainRequest: xDomainRequestConstructor(network) } : {}),
    ...(xhr === 'msxml'
      ? { ActiveXObject: activeX(Request, options.htmlfile ? newHtmlFile : undefined) }
      : { XMLHttpRequest: Request }),
    EventSource: eventSourceConstructor(network),
    WebSocket: webSocketConstructor(network, makeBuffer),
    FileReader: fileReader(network, makeBuffer),
    localStorage: storage(),
    sessionStorage: storage(),
    ...modern,
  });
  for (const name of without) runInContext(`delete this[${JSON.stringify(name)}]`, window);

  return {
    window: global,
    errors,
    htmlfiles,
    async loadScript(url, attributes = {}, code) {
      const src = new URL(url, page);
      const source = code ?? (await fetchText(src));
      const script = addScript(src.href, attributes);
      document.currentScript = ie ? undefined : script;
      runInContext(source, window, { filename: src.href });
      document.currentScript = ie ? undefined : null;
    },
    run: (code) => runInContext(code, window),
    leave() {
      for (const type of ['pagehide', 'unload']) {
        for (const listener of listeners.get(type) ?? [])
          network.call(listener, global, { type, persisted: false });
      }
      left = true;
      for (const abort of [...underWay]) abort();
      agent.destroy();
    },
  };
}

/** What browsers of the present have and Node has too. */
const modern = {
  Blob,
  TextEncoder,
  TextDecoder,
  URL,
  Event,
  EventTarget,
  MessageEvent,
  DOMException,
  performance,
  crypto: globalThis.crypto,
  CloseEvent: class CloseEvent extends Event {
    readonly wasClean: boolean;
    readonly code: number;
    readonly reason: string;

    constructor(type: string, init: { wasClean?: boolean; code?: number; reason?: string } = {}) {
      super(type);
      this.wasClean = init.wasClean ?? false;
      this.code = init.code ?? 0;
      this.reason = init.reason ?? '';
    }
  },
};

function locationOf(page: URL): object {
  const { href, protocol, host, hostname, port, pathname, search, hash, origin } = page;
  return { href, protocol, host, hostname, port, pathname, search, hash, origin };
}

function timers(network: Network): object {
  const running = new Map<number, { stop: () => void }>();
  let last = 0;
  const add =
    (start: (run: () => void, ms: number) => NodeJS.Timeout, once: boolean) =>
    (handler: unknown, ms = 0) => {
      const id = ++last;
      const timer = start(() => {
        if (once) stop();
        network.call(handler, undefined);
      }, ms);
      const untrack = network.track(() => stop());
      const stop = () => {
        clearTimeout(timer);
        running.delete(id);
        untrack();
      };
      running.set(id, { stop });
      return id;
    };
  const clear = (id: number) => running.get(id)?.stop();
  return {
    setTimeout: add(setTimeout, true),
    setInterval: add(setInterval, false),
    clearTimeout: clear,
    clearInterval: clear,
  };
}

function activeX(Request: new () => object, newHtmlFile: (() => object) | undefined): unknown {
  return function ActiveXObject(programId: string) {
    if (newHtmlFile && /^htmlfile$/i.test(programId)) return newHtmlFile();
    if (/^(Microsoft\.XMLHTTP|MSXML2\.XMLHTTP(\.[36]\.0)?)$/i.test(programId)) return new Request();
    throw new Error("Automation server can't create object");
  };
}

function fileReader(network: Network, makeBuffer: (bytes: Buffer) => unknown): unknown {
  return class FileReader {
    result: unknown = null;
    onload: unknown = null;
    onerror: unknown = null;

    readAsArrayBuffer(blob: Blob): void {
      void blob.arrayBuffer().then((bytes) => {
        this.result = makeBuffer(Buffer.from(bytes));
        network.call(this.onload, this);
      });
    }
  };
}

function storage(): object {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, String(value)),
    removeItem: (key: string) => void items.delete(key),
  };
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}
