import type { DrainListener, Exchange, Headers, ResponseStream } from '../../http/exchange.ts';
import { ExchangeWrapper } from '../../http/exchange-wrapper.ts';
import type { EndReason } from '../../protocol/delivery.ts';
import { encodeText, encodeTextControl } from '../../protocol/text-form.ts';
import type { Unit } from '../../protocol/unit.ts';
import { encodeClose } from '../../protocol/unit-builder.ts';
import type { Carrier, CarrierOwner } from '../../session/carrier.ts';
import { FrameReader } from './frame-reader.ts';

/** What a shared carrier uses of a session: one of its own node, or of another. */
export interface MemberSession extends CarrierOwner {
  /** Another node owns it: it has its say later, and calls `said` then. */
  readonly isDistant?: boolean;
  /** Throws what `acceptCarried` would throw. */
  check(unit: Unit): void;
  /** `said`: called once by a distant session, when all that it had at first was written. */
  attachCarrier(carrier: Carrier, n: number, ack: number, said?: () => void): void;
  /** The poll is answered now: writes the acknowledgement that the session owes, if it owes one. */
  acknowledge?(carrier: Carrier): void;
}

/**
 * Asks the node that owns a session for a stream of its frames, in text form. `exchange` gets the
 * answer; its status is 504 if that node cannot be reached now.
 */
export type OpenDistant = (exchange: Exchange, body: string) => void;

/** By the letter of an `E` frame. */
const REASONS: Readonly<Record<string, EndReason>> = { r: 'recycled', s: 'superseded', g: 'gone' };

/**
 * A session that another node owns, on a carrier of this one (PROTOCOL.md §10, §15). Only shims
 * that do not know their sessions' nodes make such carriers, so it is plain and not fast: each
 * attach opens a stream at the other node.
 */
export class DistantSession implements MemberSession {
  readonly isDistant = true;
  readonly #token: string;
  readonly #exchange: Exchange;
  readonly #open: OpenDistant;
  #said: (() => void) | undefined;
  #carrier: Carrier | undefined;
  #unit: Unit | undefined;
  /** The request brought frames of it. */
  #owesAck = false;
  #stream: DistantExchange | undefined;

  /** `exchange` is the request that wants the carrier. */
  constructor(token: string, exchange: Exchange, open: OpenDistant) {
    this.#token = token;
    this.#exchange = exchange;
    this.#open = open;
  }

  // --- towards the carrier ---

  /** The other node checks it. */
  check(): void {}

  acceptCarried(unit: Unit): void {
    this.#unit = unit;
  }

  attachCarrier(carrier: Carrier, n: number, ack: number, said?: () => void): void {
    this.#carrier = carrier;
    this.#said = said;
    this.#stream = new DistantExchange(this.#exchange, this);
    const frames = this.#unit === undefined ? '' : framesOf(this.#unit);
    this.#owesAck = (this.#unit?.arrivals.length ?? 0) > 0;
    this.#unit = undefined;
    this.#open(this.#stream, `${this.#token};${encodeTextControl('D', `${n},${ack}`)}${frames}`);
  }

  detach(): void {
    this.#carrier = undefined;
    this.#stream?.leave();
  }

  writable(): void {
    this.#stream?.drained();
  }

  // --- what the other node says ---

  /** False: the carrier takes no more for now. */
  received(reader: FrameReader, chunk: string | Buffer): boolean {
    const carrier = this.#carrier;
    if (carrier === undefined) return true;
    const { delivery, isAlive, end } = reader.read(chunk);
    let takesMore = true;
    // A poll waits until there is something.
    const acknowledges = this.#owesAck && (delivery?.ack ?? -1) >= 0;
    if (delivery !== undefined && (!carrier.once || acknowledges || delivery.entries.length > 0))
      takesMore = carrier.deliver(delivery);
    if (isAlive) carrier.heartbeat();
    if (end !== undefined) this.ended(REASONS[end] ?? 'recycled');
    // The padding comes before it.
    else if (delivery !== undefined) this.#haveSaid();
    return takesMore;
  }

  /** It answered without a stream. */
  refused(status: number): void {
    // After a pause of the client, unless this node has waited already.
    this.ended(status === 404 ? 'gone' : status === 504 ? 'recycled' : 'superseded');
  }

  ended(reason: EndReason): void {
    const carrier = this.#carrier;
    this.#carrier = undefined;
    carrier?.end(reason);
    this.#haveSaid();
  }

  #haveSaid(): void {
    const said = this.#said;
    this.#said = undefined;
    said?.();
  }
}

/** What a request that attaches a session has for it beside the attach. */
function framesOf({ arrivals, pageGone }: Unit): string {
  let frames = '';
  let next = 0;
  for (const { number, message, more, close } of arrivals) {
    if (number !== next) frames += encodeTextControl('#', String(number));
    next = number + 1;
    if (message !== undefined) frames += encodeText(message, more);
    else if (close !== undefined) frames += encodeTextControl('C', encodeClose(close));
  }
  return pageGone ? frames + encodeTextControl('X') : frames;
}

/** The exchange whose answer is the stream. The other one has its own answer. */
class DistantExchange extends ExchangeWrapper implements ResponseStream {
  readonly #session: DistantSession;
  readonly #reader = new FrameReader();
  #gone: (() => void) | undefined;
  #drained: DrainListener | undefined;

  constructor(inner: Exchange, session: DistantSession) {
    super(inner);
    this.#session = session;
  }

  /** Nobody reads the answer any more. */
  leave(): void {
    this.#gone?.();
  }

  drained(): void {
    this.#drained?.drained();
  }

  override forgetRequest(): void {}

  override onGone(listener: () => void): void {
    this.#gone = listener;
  }

  override reply(status: number): void {
    this.#session.refused(status);
  }

  override stream(_status: number, _headers: Headers): ResponseStream {
    return this;
  }

  write(chunk: string | Buffer): boolean {
    return this.#session.received(this.#reader, chunk);
  }

  end(): void {
    this.#session.ended('recycled');
  }

  onDrain(listener: DrainListener): void {
    this.#drained = listener;
  }
}
