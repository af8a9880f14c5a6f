import type { WebSocket } from 'ws';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { OpenAccount } from '../base/memory-budget.ts';
import { bytes } from '../dialect/bytes.ts';
import { text } from '../dialect/text.ts';
import { parseBytes } from '../protocol/byte-form.ts';
import { CloseCode } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Delivery, EndReason } from '../protocol/delivery.ts';
import type { Message } from '../protocol/message.ts';
import { parseTextBytes } from '../protocol/text-form.ts';
import { MalformedError, type Unit } from '../protocol/unit.ts';
import type { Carrier } from '../session/carrier.ts';
import type { Session } from '../session/session.ts';
import { WaitingFrames } from './waiting-frames.ts';

/** Bytes of payload in one delivery, and bytes unsent at which the carrier asks to wait. */
const ROOM = 65_536;

/**
 * So many bodies of frames may wait for room in the inbox before the socket is not read any more.
 */
const WAITING_BODIES = 4;

export interface SocketCarrierContext {
  readonly log: Log;
  /** Bytes that a client may put in one message. */
  readonly body: number;
  /** Opens an account for the client's address. */
  readonly openAccount: OpenAccount;
}

/** A WebSocket that carries one session in both directions (PROTOCOL.md §7). */
export class SocketCarrier implements Carrier {
  readonly name = 'websocket';
  readonly once = false;
  readonly acknowledges = true;
  readonly room = ROOM;
  /** The client has attached its session. */
  isAttached = false;
  readonly #socket: WebSocket;
  readonly #session: Session;
  readonly #log: Log;
  /** Number of the client's next frame, and of the gateway's. */
  #clientNext = 0;
  #next = 0;
  #isBlocked = false;
  /**
   * Frames that the session has no room for. The oldest unit was offered, and the session will
   * answer how much of it was taken.
   */
  readonly #waiting: WaitingFrames;
  /** Nothing is read any more. */
  #isOver = false;

  constructor(socket: WebSocket, session: Session, { log, body, openAccount }: SocketCarrierContext) {
    this.#socket = socket;
    this.#session = session;
    this.#log = log;
    this.#waiting = new WaitingFrames(WAITING_BODIES * body, openAccount);
  }

  /** Acts on a message. */
  message(message: Message): void {
    this.#guard(() => {
      const next = this.#clientNext;
      const parse = message.binary ? parseBytes : parseTextBytes;
      const unit = parse(message.bytes, 0, next);
      const { wanted, arrivals } = unit;
      if (unit.leftOut === true) throw new RequestError('GW_FRAMES');
      if (unit.shared !== undefined) throw new MalformedError('a WebSocket is for one session');
      if (!this.isAttached && wanted === undefined) throw new MalformedError('no attach');
      if (this.isAttached && wanted !== undefined) throw new MalformedError('two attaches');
      this.#clientNext = unit.next;
      if (!this.#waiting.isEmpty && arrivals.length > 0) this.#wait(unit);
      else this.#offer(unit);
      if (wanted === undefined) return;
      this.isAttached = true;
      this.#session.attachCarrier(this, wanted.n, wanted.ack);
    });
  }

  /**
   * The socket has closed, or must: nothing is read or kept any more, and the session has no
   * carrier.
   */
  leave(): void {
    this.#isOver = true;
    this.#waiting.clear();
    this.#session.detach(this);
  }

  /** The memory budget has no room for a message of which only a part has come. */
  overflowed(): void {
    this.leave();
    this.#socket.close(CLOSES.outOfMemory.code, CLOSES.outOfMemory.reason);
  }

  /**
   * After a fault the numbers of what follows are in doubt: the socket ends, the session does not.
   */
  #guard(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.leave();
      this.#socket.close(closeCodeFor(error));
      if (error instanceof RequestError) return;
      const stack = String(error instanceof Error ? error.stack : error);
      this.#log.error('internal error', { code: 'GW_INTERNAL', stack });
    }
  }

  // --- what the session has no room for ---

  /** False: the session has no room, and the unit waits before all others. */
  #offer(unit: Unit): boolean {
    let isAnswered = false;
    let isLater = false;
    this.#session.accept(unit, (ack) => {
      isAnswered = true;
      if (isLater) this.#guard(() => this.#settle(ack));
    });
    isLater = true;
    if (!isAnswered) this.#waiting.unshift(unit.arrivals);
    return isAnswered;
  }

  /**
   * Has a unit wait behind others. Its acknowledgements count at once: while those of our frames
   * wait behind frames of the client, neither side might go on.
   */
  #wait(unit: Unit): void {
    this.#waiting.push(unit.arrivals);
    this.#session.acceptCarried({ ...unit, arrivals: [] });
    if (this.#waiting.isFull) this.#socket.pause();
  }

  /** The session answered what it was offered last. */
  #settle(ack: number): void {
    const isTaken = ack >= this.#waiting.firstEnd;
    if (!isTaken && this.#socket.isPaused) {
      // Behind what waits there may be the acknowledgement that everything waits for. The client's
      // next attach brings it.
      this.leave();
      this.end('recycled');
      this.#socket.resume();
      return;
    }
    if (isTaken) this.#waiting.shift();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!this.#offer({ arrivals: next, ack: -1, wanted: undefined, pageGone: false, next: 0 })) return;
    }
    if (this.#socket.isPaused) this.#socket.resume();
  }

  // --- to the client ---

  deliver(delivery: Delivery): boolean {
    const { first, entries } = delivery;
    const positioned = first === this.#next;
    this.#next = first + entries.length;
    const binary = entries.some((entry) => entry.message?.binary);
    const encoder = binary ? bytes : text;
    this.#socket.send(encoder.delivery(delivery, positioned), { binary }, this.#sent);
    this.#isBlocked = this.#socket.bufferedAmount >= ROOM;
    return !this.#isBlocked;
  }

  heartbeat(): void {
    this.#socket.send(text.heartbeat);
  }

  end(reason: EndReason): void {
    this.#socket.send(text.end(reason));
    this.#socket.close(CloseCode.normal);
  }

  readonly #sent = (): void => {
    if (!this.#isBlocked || this.#socket.bufferedAmount >= ROOM) return;
    this.#isBlocked = false;
    this.#session.writable(this);
  };
}

/** The client sends again on its next carrier what it can; a unit that is too much stays so. */
function closeCodeFor(error: unknown): number {
  if (!(error instanceof RequestError)) return CloseCode.protocolError;
  if (error.mayRetry) return CloseCode.tryAgainLater;
  return error.status === 413 ? CloseCode.tooBig : CloseCode.protocolError;
}
