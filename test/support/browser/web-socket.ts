import { isAnyArrayBuffer } from 'node:util/types';
import { WebSocket as Client } from 'ws';
import type { Network } from './network.ts';
import type { MakeBuffer } from './xhr.ts';

type Listener = ((event: unknown) => void) | { handleEvent(event: unknown): void };

/** The page's own WebSocket: `ws` in the shape of https://websockets.spec.whatwg.org/. */
export function webSocketConstructor(
  network: Network,
  makeBuffer: MakeBuffer,
): new (
  url: string,
  protocols?: string | string[],
) => object {
  class WebSocket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    readonly url: string;
    readonly extensions = '';
    onopen: unknown = null;
    onmessage: unknown = null;
    onerror: unknown = null;
    onclose: unknown = null;
    bufferedAmount = 0;
    #binaryType = 'blob';
    #listeners: [type: string, listener: Listener][] = [];
    #sends = Promise.resolve();
    #closing = false;
    readonly #client: Client;

    constructor(url?: string, protocols: string | string[] = []) {
      if (url === undefined) throw new TypeError('an address is needed');
      const headers: Record<string, string> = {
        'User-Agent': network.userAgent,
        Origin: network.page.origin,
      };
      if (network.cookie !== undefined) headers.Cookie = network.cookie;
      this.url = checkedUrl(url, network.page);
      this.#client = new Client(this.url, protocols, { headers, perMessageDeflate: false });
      const untrack = network.track(() => this.#client.terminate());
      this.#client.on('open', () => this.#tell('open', {}));
      this.#client.on('message', (data: Buffer, binary: boolean) => {
        if (this.readyState !== 1) return;
        this.#tell('message', { data: this.#shape(data, binary), origin: new URL(this.url).origin });
      });
      this.#client.on('error', () => this.#tell('error', {}));
      this.#client.on('close', (code, reason) => {
        untrack();
        this.#tell('close', { code, reason: String(reason), wasClean: code !== 1006 });
      });
    }

    get readyState(): number {
      return this.#closing ? Math.max(2, this.#client.readyState) : this.#client.readyState;
    }

    get protocol(): string {
      return this.#client.protocol;
    }

    get binaryType(): string {
      return this.#binaryType;
    }

    set binaryType(value: string) {
      if (value === 'blob' || value === 'arraybuffer') this.#binaryType = value;
    }

    addEventListener(type: string, listener: Listener): void {
      if (!this.#listeners.some(([name, own]) => name === type && own === listener))
        this.#listeners.push([type, listener]);
    }

    removeEventListener(type: string, listener: Listener): void {
      this.#listeners = this.#listeners.filter(([name, own]) => name !== type || own !== listener);
    }

    send(data: unknown): void {
      if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError');
      const content = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
        : isAnyArrayBuffer(data)
          ? new Uint8Array(data).slice()
          : data instanceof Blob
            ? data
            : String(data);
      const size = content instanceof Blob ? content.size : Buffer.byteLength(content as string);
      this.bufferedAmount += size;
      if (this.readyState > 1) return;
      // In turn, as a Blob is not read at once.
      this.#sends = this.#sends.then(async () => {
        const bytes = content instanceof Blob ? await content.arrayBuffer() : content;
        this.#client.send(bytes, (error) => {
          if (!error) this.bufferedAmount -= size;
        });
      });
    }

    close(code?: number, reason?: string): void {
      if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
        throw new DOMException('a code that a page may not use', 'InvalidAccessError');
      }
      if (reason !== undefined && Buffer.byteLength(reason) > 123)
        throw new DOMException('too long', 'SyntaxError');
      if (this.#closing) return;
      this.#closing = true;
      if (this.#client.readyState === Client.CONNECTING) this.#client.close();
      else void this.#sends.then(() => this.#client.close(code, reason));
    }

    #shape(data: Buffer, binary: boolean): unknown {
      if (!binary) return data.toString();
      return this.#binaryType === 'arraybuffer' ? makeBuffer(data) : new Blob([new Uint8Array(data)]);
    }

    #tell(type: string, members: object): void {
      const event = { type, target: this, currentTarget: this, ...members };
      const own = { open: this.onopen, message: this.onmessage, error: this.onerror, close: this.onclose };
      network.call(own[type as keyof typeof own], this, event);
      for (const [name, listener] of [...this.#listeners]) {
        if (name === type)
          network.call(typeof listener === 'function' ? listener : listener.handleEvent, this, event);
      }
    }
  }
  return WebSocket;
}

function checkedUrl(given: string, page: URL): string {
  let url: URL;
  try {
    url = new URL(given, page);
  } catch {
    throw new DOMException('no address', 'SyntaxError');
  }
  if (!/^wss?:$/.test(url.protocol) || String(given).includes('#'))
    throw new DOMException('address', 'SyntaxError');
  return url.href;
}
