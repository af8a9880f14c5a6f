import { BaseXhr } from './base-xhr.ts';
import { Msxml, sealed } from './msxml.ts';
import type { Network } from './network.ts';

export type XhrFlavour = 'xhr2' | 'xhr1' | 'msxml';

/** Makes an ArrayBuffer of the page's realm. */
export type MakeBuffer = (bytes: Buffer) => unknown;

/**
 * The page's XMLHttpRequest. `xhr2` is today's; `xhr1` that of Safari 4 or Firefox 3.6 (same origin
 * only, text only, no handlers but `onreadystatechange`); `msxml` that of IE6 to IE9, which shows
 * nothing of a body before its end, cuts it at a NUL and knows no member that it does not have
 * (facts from Wine's MSXML and from Microsoft, "COMET Streaming in Internet Explorer").
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
