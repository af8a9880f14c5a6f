import type { Chunk, Encoder } from '../dialect/encoder.ts';
import type { DrainListener, ResponseStream } from '../http/exchange.ts';
import type { Delivery, EndReason } from '../protocol/delivery.ts';
import type { Carrier, CarrierOwner } from '../session/carrier.ts';

/** Bytes of payload in one write: few enough that a slow reader is noticed soon. */
const ROOM = 65_536;

/** When a stream ends by itself: some engines free its text only at its end. */
export interface EndRule {
  /** Bytes (of text: characters). */
  readonly limit: number;
  /**
   * Written at the limit: the client opens its next stream. This one ends at twice the limit.
   * Absent: the stream ends at the limit, and also behind a close.
   */
  readonly recycle?: Chunk;
}

/** A downstream on a response that goes on. */
export class StreamCarrier implements Carrier, DrainListener {
  readonly name: string;
  readonly #response: ResponseStream;
  readonly #encoder: Encoder;
  readonly #owner: CarrierOwner;
  readonly #limit: number;
  readonly #recycle: Chunk | undefined;
  #written = 0;
  /** Number the client expects next; 0 before the first. */
  #next = 0;
  #recycling = false;

  constructor(
    name: string,
    response: ResponseStream,
    encoder: Encoder,
    owner: CarrierOwner,
    { limit, recycle }: EndRule,
  ) {
    this.name = name;
    this.#response = response;
    this.#encoder = encoder;
    this.#owner = owner;
    this.#limit = limit;
    this.#recycle = recycle;
    response.onDrain(this);
  }

  // What is the same for all streams is no field: each would be eight bytes of an idle session.

  get once(): boolean {
    return false;
  }

  get acknowledges(): boolean {
    return false;
  }

  get room(): number {
    return ROOM;
  }

  /** Writes a frame that no session has sent. It counts towards the limit. */
  open(frame: Chunk): void {
    this.#written += frame.length;
    this.#response.write(frame);
  }

  deliver(delivery: Delivery): boolean {
    const { first, entries } = delivery;
    const positioned = first === this.#next;
    this.#next = first + entries.length;
    const takesMore = this.#write(this.#encoder.delivery(delivery, positioned));
    if (this.#recycle !== undefined) return takesMore;
    const isClosed = entries.length > 0 && entries.at(-1)?.message === undefined;
    if (!isClosed && this.#written < this.#limit) return takesMore;
    this.#owner.detach(this);
    this.#response.end();
    return false;
  }

  drained(): void {
    this.#owner.writable(this);
  }

  heartbeat(): void {
    this.#write(this.#encoder.heartbeat);
  }

  end(reason: EndReason): void {
    this.#response.write(this.#encoder.end(reason));
    this.#response.end();
  }

  #write(chunk: Chunk): boolean {
    this.#written += chunk.length;
    const takesMore = this.#response.write(chunk);
    if (this.#recycle === undefined || this.#written < this.#limit) return takesMore;
    if (this.#written >= 2 * this.#limit) {
      this.#owner.detach(this);
      this.end('recycled');
      return false;
    }
    if (this.#recycling) return takesMore;
    this.#recycling = true;
    return this.#response.write(this.#recycle);
  }
}
