import { FrameReader } from '../cluster/frame.ts';
import { bodyTooLong } from '../http/body-gate.ts';
import type { BodyReceiver, Exchange, Headers, ResponseStream } from '../http/exchange.ts';
import { ExchangeWrapper } from '../http/exchange-wrapper.ts';
import { ForwardedHead } from './request-frame.ts';

/** An exchange whose body was read, or could not be. */
export class ReadExchange extends ExchangeWrapper {
  #body: Buffer | Error;

  constructor(inner: Exchange, body: Buffer | Error) {
    super(inner);
    this.#body = body;
  }

  override readBody(limit: number, done: BodyReceiver): void {
    const body = this.#body;
    this.#body = EMPTY;
    done(body instanceof Buffer && body.length > limit ? bodyTooLong() : body);
  }
}

/**
 * A request that was encoded for another node, and is answered here after all. The client's own
 * exchange has forgotten what it said.
 */
export class StoredExchange extends ForwardedHead implements Exchange {
  readonly #inner: Exchange;
  #body: Buffer;

  constructor(frame: Buffer, inner: Exchange) {
    const reader = new FrameReader(frame);
    super(reader);
    this.#body = reader.next();
    this.#inner = inner;
  }

  readBody(limit: number, done: BodyReceiver): void {
    const body = this.#body;
    this.#body = EMPTY;
    done(body.length > limit ? bodyTooLong() : body);
  }

  reply(status: number, headers: Headers, body: string | Buffer): void {
    this.#inner.reply(status, headers, body);
  }

  stream(status: number, headers: Headers): ResponseStream {
    return this.#inner.stream(status, headers);
  }

  onGone(listener: () => void): void {
    this.#inner.onGone(listener);
  }
}

const EMPTY = Buffer.alloc(0);
