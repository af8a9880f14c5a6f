import type { IncomingMessage } from 'node:http';
import { isAnyArrayBuffer } from 'node:util/types';
import { type Network, request } from './network.ts';

export type XhrFlavour = 'xhr2' | 'xhr1' | 'msxml';

/** Makes an ArrayBuffer of the page's realm. */
export type MakeBuffer = (bytes: Buffer) => unknown;

/**
 * The page's XMLHttpRequest. `xhr2` is today's; `xhr1` that of Safari 4 or Firefox 3.6 (same origin only, text only, no handlers but
 * `onreadystatechange`); `msxml` that of IE6 to IE9, which shows nothing of a body before its end, cuts it at a NUL and knows no member
 * that it does not have (facts from Wine's MSXML and from Microsoft, "COMET Streaming in Internet Explorer").
 */
export function xhrConstructor(
  flavour: XhrFlavour,
  network: Network,
  makeBuffer: MakeBuffer,
): new () => object {
  switch (flavour) {
    case 'xhr2':
      return class XMLHttpRequest extends Xhr2 {
        constructor() {
          super(network, makeBuffer);
        }
      };
    case 'xhr1':
      return class XMLHttpRequest extends Xhr1 {
        constructor() {
          super(network);
        }
      };
    case 'msxml':
      return class {
        constructor() {
          // biome-ignore lint/correctness/noConstructorReturn: a COM object refuses members, which takes a proxy
          return sealed(new Msxml(network));
        }
      };
  }
}

/** What all of them have in common. https://xhr.spec.whatwg.org/ */
abstract class BaseXhr {
  onreadystatechange: unknown = null;
  readyState = 0;
  protected readonly network: Network;
  protected method = 'GET';
  protected url: URL;
  protected readonly headers = new Map<string, string>();
  protected answer: IncomingMessage | undefined;
  protected chunks: Buffer[] = [];
  protected text = '';
  protected mimeType: string | undefined;
  protected credentials = true;
  protected failed = false;
  #abort: (() => void) | undefined;
  #decode: (chunk?: Buffer) => string = () => '';

  constructor(network: Network) {
    this.network = network;
    this.url = network.page;
  }

  get status(): number {
    return this.failed ? 0 : (this.answer?.statusCode ?? 0);
  }

  get statusText(): string {
    return this.failed ? '' : (this.answer?.statusMessage ?? '');
  }

  open(method: string, url: string, async = true): void {
    if (!async) throw new Error('the stand-in makes no synchronous requests');
    this.#abort?.();
    this.method = method.toUpperCase();
    this.url = new URL(url, this.network.page);
    this.headers.clear();
    this.answer = undefined;
    this.chunks = [];
    this.text = '';
    this.failed = false;
    this.change(1);
  }

  setRequestHeader(name: string, value: string): void {
    if (this.readyState !== 1) throw new Error('InvalidStateError');
    this.headers.set(name, value);
  }

  getResponseHeader(name: string): string | null {
    const value = this.failed ? undefined : this.answer?.headers[name.toLowerCase()];
    return value === undefined ? null : String(value);
  }

  send(body?: unknown): void {
    if (this.readyState !== 1 || this.#abort !== undefined) throw new Error('InvalidStateError');
    if (typeof body === 'string' && ![...this.headers.keys()].some((name) => /^content-type$/i.test(name))) {
      this.headers.set('Content-Type', 'text/plain;charset=UTF-8');
    }
    const { method, url, headers } = this;
    const asked = {
      method,
      url,
      headers: new Map(headers),
      body: octets(body),
      withCredentials: this.credentials,
    };
    this.#abort = request(this.network, asked, {
      head: (answer) => {
        this.answer = answer;
        this.#decode = decoder(this.mimeType ?? answer.headers['content-type']);
        this.change(2);
      },
      data: (chunk) => {
        this.chunks.push(chunk);
        this.text += this.#decode(chunk);
        this.change(3);
      },
      end: () => {
        this.text += this.#decode();
        this.settle('load');
      },
      fail: () => this.lose('error'),
    });
  }

  abort(): void {
    const abort = this.#abort;
    if (abort === undefined) return;
    this.#abort = undefined;
    abort();
    this.failed = true;
    this.text = '';
    this.change(4);
    this.readyState = 0;
  }

  /** Ends without an answer. */
  protected lose(event: 'error' | 'timeout'): void {
    this.failed = true;
    this.text = '';
    this.settle(event);
  }

  protected settle(event: string): void {
    const abort = this.#abort;
    this.#abort = undefined;
    if (event === 'timeout') abort?.();
    this.change(4);
    this.ended(event);
  }

  protected change(state: number): void {
    this.readyState = state;
    this.network.call(this.onreadystatechange, this);
  }

  protected ended(_event: string): void {}
}

class Xhr1 extends BaseXhr {
  get responseText(): string {
    return this.text;
  }

  override open(method: string, url: string, async = true): void {
    if (new URL(url, this.network.page).origin !== this.network.page.origin) throw new Error('NETWORK_ERR');
    super.open(method, url, async);
  }

  overrideMimeType(type: string): void {
    this.mimeType = type;
  }
}

class Xhr2 extends BaseXhr {
  onload: unknown = null;
  onerror: unknown = null;
  onabort: unknown = null;
  ontimeout: unknown = null;
  onprogress: unknown = null;
  onloadend: unknown = null;
  timeout = 0;
  responseType = '';
  withCredentials = false;
  readonly #makeBuffer: MakeBuffer;
  #timer: NodeJS.Timeout | undefined;

  constructor(network: Network, makeBuffer: MakeBuffer) {
    super(network);
    this.#makeBuffer = makeBuffer;
  }

  get responseText(): string {
    if (this.responseType !== '' && this.responseType !== 'text') throw new Error('InvalidStateError');
    return this.text;
  }

  get response(): unknown {
    if (this.responseType === '' || this.responseType === 'text') return this.text;
    if (this.responseType !== 'arraybuffer') throw new Error(`no responseType ${this.responseType} here`);
    return this.readyState === 4 && !this.failed ? this.#makeBuffer(Buffer.concat(this.chunks)) : null;
  }

  overrideMimeType(type: string): void {
    this.mimeType = type;
  }

  override send(body?: unknown): void {
    this.credentials = this.withCredentials;
    super.send(body);
    if (this.timeout > 0) this.#timer = setTimeout(() => this.lose('timeout'), this.timeout);
  }

  override abort(): void {
    clearTimeout(this.#timer);
    super.abort();
  }

  protected override change(state: number): void {
    super.change(state);
    if (state === 3) this.network.call(this.onprogress, this);
  }

  protected override ended(event: string): void {
    clearTimeout(this.#timer);
    const handlers = { load: this.onload, error: this.onerror, timeout: this.ontimeout } as Record<
      string,
      unknown
    >;
    this.network.call(handlers[event], this);
    this.network.call(this.onloadend, this);
  }
}

class Msxml extends BaseXhr {
  override get status(): number {
    if (this.readyState < 4)
      throw new Error('The data necessary to complete this operation is not yet available.');
    // 12029: could not connect. A body that was cut is a 200 with what came of it.
    const status = this.answer?.statusCode ?? 12029;
    return status === 204 ? 1223 : status;
  }

  get responseText(): string {
    if (this.readyState < 4)
      throw new Error('The data necessary to complete this operation is not yet available.');
    return this.text;
  }

  override open(method: string, url: string, async = true): void {
    if (new URL(url, this.network.page).origin !== this.network.page.origin)
      throw new Error('Access is denied.');
    super.open(method, url, async);
  }

  override send(body?: unknown): void {
    if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('Type mismatch.');
    super.send(body);
  }

  protected override lose(): void {
    this.settle('error');
  }

  protected override settle(event: string): void {
    const nul = this.text.indexOf('\0');
    if (nul >= 0) this.text = this.text.slice(0, nul);
    super.settle(event);
  }
}

const MSXML_MEMBERS = new Set(
  'onreadystatechange readyState status statusText responseText open send abort setRequestHeader getResponseHeader'.split(
    ' ',
  ),
);

/** Lets only a COM object's members through, and refuses the rest as one does. */
function sealed(xhr: Msxml): object {
  return new Proxy(Object.create(null), {
    get(_, name) {
      if (!MSXML_MEMBERS.has(String(name))) return undefined;
      const value: unknown = Reflect.get(xhr, name, xhr);
      return typeof value === 'function' && name !== 'onreadystatechange' ? value.bind(xhr) : value;
    },
    set(_, name, value) {
      if (name !== 'onreadystatechange' || typeof value !== 'function') {
        throw new Error("Object doesn't support this property or method");
      }
      xhr.onreadystatechange = value;
      return true;
    },
    has: (_, name) => MSXML_MEMBERS.has(String(name)),
  });
}

function octets(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAnyArrayBuffer(body)) return Buffer.from(body);
  return Buffer.from(String(body));
}

function decoder(type: string | undefined): (chunk?: Buffer) => string {
  const charset = /charset="?([^";]+)/i.exec(type ?? '')?.[1] ?? 'utf-8';
  // https://encoding.spec.whatwg.org/#x-user-defined, which Node's TextDecoder does not have.
  if (charset.toLowerCase() === 'x-user-defined') {
    return (chunk) =>
      [...(chunk ?? [])].map((octet) => String.fromCharCode(octet < 0x80 ? octet : 0xf700 + octet)).join('');
  }
  const text = new TextDecoder(charset);
  return (chunk) => text.decode(chunk, { stream: chunk !== undefined });
}
