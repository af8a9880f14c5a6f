import type { IncomingMessage } from 'node:http';
import { isAnyArrayBuffer } from 'node:util/types';
import { type Network, request } from './network.ts';

/** What all XMLHttpRequests have in common. https://xhr.spec.whatwg.org/ */
export abstract class BaseXhr {
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
    const requested = {
      method,
      url,
      headers: new Map(headers),
      body: bytes(body),
      withCredentials: this.credentials,
    };
    this.#abort = request(this.network, requested, {
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

function bytes(body: unknown): Buffer | undefined {
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
      [...(chunk ?? [])].map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xf700 + byte)).join('');
  }
  const text = new TextDecoder(charset);
  return (chunk) => text.decode(chunk, { stream: chunk !== undefined });
}
