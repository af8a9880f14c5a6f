import type { ResponseStream } from '../http/exchange.ts';
import type { Delivery } from '../protocol/delivery.ts';
import type { Carrier, CarrierOwner, EndReason } from '../session/carrier.ts';

/** How a streamed downstream writes what a session says. */
export interface Spelling {
  readonly contentType: string;
  delivery(delivery: Delivery, positioned: boolean): string | Buffer;
  padding(bytes: number): string | Buffer;
  readonly heartbeat: string | Buffer;
  readonly recycle: string | Buffer;
  end(reason: EndReason): string | Buffer;
}

/** Bytes of payload in one write: small enough that a slow reader is noticed soon. */
const ROOM = 65_536;

/** A downstream on a response without end. */
export class StreamCarrier implements Carrier {
  readonly once = false;
  readonly acknowledges = false;
  readonly room = ROOM;
  readonly #response: ResponseStream;
  readonly #encodeing: Spelling;
  readonly #session: CarrierOwner;
  readonly #budget: number;
  #written = 0;
  /** Number the client expects next; 0 before the first. */
  #next = 0;
  #recycling = false;

  /** After `budget` bytes (of text: characters) the client is asked for a new stream; after twice that this one ends. */
  constructor(response: ResponseStream, spelling: Spelling, session: CarrierOwner, budget: number) {
    this.#response = response;
    this.#encodeing = spelling;
    this.#session = session;
    this.#budget = budget;
    response.onDrain(() => session.writable(this));
  }

  /** Begins the stream with padding, for engines that hold the first bytes back. */
  pad(bytes: number): void {
    if (bytes > 0) this.#response.write(this.#encodeing.padding(bytes));
  }

  deliver(delivery: Delivery): boolean {
    const positioned = delivery.first === this.#next;
    this.#next = delivery.first + delivery.entries.length;
    return this.#write(this.#encodeing.delivery(delivery, positioned));
  }

  heartbeat(): void {
    this.#write(this.#encodeing.heartbeat);
  }

  end(reason: EndReason): void {
    this.#response.write(this.#encodeing.end(reason));
    this.#response.end();
  }

  #write(chunk: string | Buffer): boolean {
    this.#written += chunk.length;
    const takesMore = this.#response.write(chunk);
    if (this.#written < this.#budget) return takesMore;
    if (this.#written >= 2 * this.#budget) {
      this.#session.detach(this);
      this.end('recycled');
      return false;
    }
    if (this.#recycling) return takesMore;
    this.#recycling = true;
    return this.#response.write(this.#encodeing.recycle);
  }
}
