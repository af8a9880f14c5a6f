import { isAnyArrayBuffer } from 'node:util/types';
import { WebSocket as Client } from 'ws';
import type { Network } from './network.ts';
import type { MakeBuffer } from './xhr.ts';

/** The page's own WebSocket: `ws` in the shape of https://websockets.spec.whatwg.org/, as far as a shim in front of it uses it. */
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
    binaryType = 'blob';
    onopen: unknown = null;
    onmessage: unknown = null;
    onerror: unknown = null;
    onclose: unknown = null;
    #listeners: [type: string, listener: unknown][] = [];
    #client: Client;

    constructor(url: string, protocols: string | string[] = []) {
      const headers: Record<string, string> = {
        'User-Agent': network.userAgent,
        Origin: network.page.origin,
      };
      if (network.cookie !== undefined) headers.Cookie = network.cookie;
      this.url = new URL(url, network.page).href;
      this.#client = new Client(this.url, protocols, { headers, perMessageDeflate: false });
      const untrack = network.track(() => this.#client.terminate());
      this.#client.on('open', () => this.#tell('open', {}));
      this.#client.on('message', (data: Buffer, binary: boolean) => {
        if (this.readyState === 1)
          this.#tell('message', { data: this.#shape(data, binary), origin: new URL(this.url).origin });
      });
      this.#client.on('error', () => this.#tell('error', {}));
      this.#client.on('close', (code, reason) => {
        untrack();
        this.#tell('close', { code, reason: String(reason), wasClean: code !== 1006 });
      });
    }

    get readyState(): number {
      return this.#client.readyState;
    }

    get bufferedAmount(): number {
      return this.#client.bufferedAmount;
    }

    get protocol(): string {
      return this.#client.protocol;
    }

    addEventListener(type: string, listener: unknown): void {
      this.#listeners.push([type, listener]);
    }

    removeEventListener(type: string, listener: unknown): void {
      this.#listeners = this.#listeners.filter(([name, own]) => name !== type || own !== listener);
    }

    send(data: unknown): void {
      if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError');
      if (this.readyState > 1) return;
      if (ArrayBuffer.isView(data))
        this.#client.send(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      else if (isAnyArrayBuffer(data)) this.#client.send(new Uint8Array(data));
      else if (data instanceof Blob) void data.arrayBuffer().then((bytes) => this.#client.send(bytes));
      else this.#client.send(String(data));
    }

    close(code?: number, reason?: string): void {
      if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
        throw new DOMException('code', 'InvalidAccessError');
      }
      // `ws` has an error event for a socket closed while it connects; so have browsers.
      this.#client.close(code, reason);
    }

    #shape(data: Buffer, binary: boolean): unknown {
      if (!binary) return data.toString();
      return this.binaryType === 'arraybuffer' ? makeBuffer(data) : new Blob([new Uint8Array(data)]);
    }

    #tell(type: string, members: object): void {
      const event = { type, target: this, currentTarget: this, ...members };
      const own = { open: this.onopen, message: this.onmessage, error: this.onerror, close: this.onclose };
      network.call(own[type as keyof typeof own], this, event);
      for (const [name, listener] of [...this.#listeners])
        if (name === type) network.call(listener, this, event);
    }
  }
  return WebSocket;
}
