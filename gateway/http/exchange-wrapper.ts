import type { BodyGate } from './body-gate.ts';
import type { BodyReceiver, Exchange, Headers, RequestHead, ResponseStream } from './exchange.ts';

/** Delegates to another exchange; subclasses override what differs. */
export abstract class ExchangeWrapper implements Exchange {
  protected readonly inner: Exchange;

  constructor(inner: Exchange) {
    this.inner = inner;
  }

  get method(): string {
    return this.inner.method;
  }

  get path(): string {
    return this.inner.path;
  }

  get query(): string {
    return this.inner.query;
  }

  get headers(): RequestHead['headers'] {
    return this.inner.headers;
  }

  get rawHeaders(): readonly string[] {
    return this.inner.rawHeaders;
  }

  get remoteAddress(): string {
    return this.inner.remoteAddress;
  }

  get forwardedFor(): string {
    return this.inner.forwardedFor;
  }

  get secure(): boolean {
    return this.inner.secure;
  }

  get host(): string {
    return this.inner.host;
  }

  header(name: string): string | undefined {
    return this.inner.header(name);
  }

  readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void {
    this.inner.readBody(limit, done, gate);
  }

  reply(status: number, headers: Headers, body: string | Buffer): void {
    this.inner.reply(status, headers, body);
  }

  stream(status: number, headers: Headers, lastWords?: string | Buffer): ResponseStream {
    return this.inner.stream(status, headers, lastWords);
  }

  forgetRequest(): void {
    this.inner.forgetRequest();
  }

  onGone(listener: () => void): void {
    this.inner.onGone(listener);
  }
}
