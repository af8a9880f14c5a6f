import { encodeEnd, encodeEntries, HEARTBEAT, OPEN } from '../../dialect/sockjs.ts';
import type { ResponseStream } from '../../http/exchange.ts';
import type { CloseStatus } from '../../protocol/close.ts';
import type { Delivery } from '../../protocol/delivery.ts';
import type { EndReason } from '../../session/carrier.ts';
import type { Session } from '../../session/session.ts';
import type { Downstream } from './form.ts';
import { endOf } from './poll.ts';

/** How a stream is begun, and how it writes a frame. */
export interface StreamSpelling {
  /** Goes before the first frame. */
  readonly prelude: string;
  frame(frame: string): string;
}

/** Bytes of payload in one write: small enough that a slow reader is noticed soon. */
const ROOM = 65_536;

/** A response that goes on until it has reached its limit: engines free its text only at its end. */
export class Stream implements Downstream {
  readonly once = false;
  readonly acknowledges = false;
  readonly room = ROOM;
  readonly #open: () => ResponseStream;
  readonly #encodeing: StreamSpelling;
  readonly #limit: number;
  #response: ResponseStream | undefined;
  #session: Session | undefined;
  #written = 0;

  /** `limit`: bytes, of text characters, after which it ends. The prelude is not counted. */
  constructor(open: () => ResponseStream, spelling: StreamSpelling, limit: number) {
    this.#open = open;
    this.#encodeing = spelling;
    this.#limit = limit;
  }

  begin(session: Session, isNew: boolean): void {
    this.#session = session;
    const response = this.#start();
    response.onDrain(() => session.writable(this));
    if (isNew) this.#write(OPEN);
    session.attachCarrier(this, 1, 0);
  }

  turnAway(status: CloseStatus): void {
    this.#write(encodeEnd(status));
    this.#finish();
  }

  deliver({ entries }: Delivery): boolean {
    let takesMore = true;
    for (const frame of encodeEntries(entries)) takesMore = this.#write(frame);
    const isOver = entries.length > 0 && entries.at(-1)?.message === undefined;
    if (!isOver && this.#written < this.#limit) return takesMore;
    this.#session?.detach(this);
    this.#finish();
    return false;
  }

  heartbeat(): void {
    this.#write(HEARTBEAT);
  }

  end(reason: EndReason): void {
    this.turnAway(endOf(reason));
  }

  #write(frame: string): boolean {
    const text = this.#encodeing.frame(frame);
    this.#written += text.length;
    return this.#start().write(text);
  }

  #start(): ResponseStream {
    if (this.#response !== undefined) return this.#response;
    this.#response = this.#open();
    this.#response.write(this.#encodeing.prelude);
    return this.#response;
  }

  #finish(): void {
    this.#response?.end();
  }
}
