import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { bytes as byteEncoder } from '../dialect/bytes.ts';
import { text as textEncoder } from '../dialect/text.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { parseBytes } from '../protocol/byte-form.ts';
import { CloseCode } from '../protocol/close.ts';
import type { Delivery, EndReason } from '../protocol/delivery.ts';
import { parseText } from '../protocol/text-form.ts';
import { type Arrival, MalformedError, type Unit } from '../protocol/unit.ts';
import { decodeUtf8 } from '../protocol/unit-builder.ts';
import type { Carrier } from '../session/carrier.ts';
import type { Session } from '../session/session.ts';
import { ackLater } from './ack-later.ts';

/** Bytes of payload in one delivery, and bytes unsent at which the carrier asks to wait. */
const ROOM = 65_536;

/** So many bodies of frames may wait for room in the inbox before the socket is not read any more. */
const WAITING_BODIES = 4;

/** What a frame counts beside its bytes: about what it takes in memory. */
const FRAME_COST = 64;

/** What the WebSockets of sessions need of their surroundings. */
export interface SessionSocketContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes that a client may put in one message. */
  readonly body: number;
  /** Milliseconds in which a client must ask for the downstream. */
  readonly attachTimeout: number;
}

/**
 * WebSockets that carry a session in both directions (PROTOCOL.md §7): as quick as a native one, and survived by its session.
 */
export class SessionSocketEndpoint {
  readonly #context: SessionSocketContext;
  readonly #server: WebSocketServer;

  constructor(context: SessionSocketContext) {
    this.#context = context;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: context.body,
    });
  }

  /** Answers the Upgrade and lets the session use the socket, once the client asks for it in its first message. */
  accept(upgrade: Upgrade, session: Session): void {
    const { clock, attachTimeout } = this.#context;
    this.#server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      const carrier = new SocketCarrier(socket, session, this.#context);
      const late = clock.setTimeout(() => {
        if (!carrier.attached) socket.terminate();
      }, attachTimeout);
      socket.on('message', (data, isBinary) => carrier.read(data as Buffer, isBinary));
      socket.on('close', () => {
        clock.clearTimeout(late);
        session.detach(carrier);
      });
      // The close event follows and says all there is to say.
      socket.on('error', () => {});
    });
  }
}

class SocketCarrier implements Carrier {
  readonly name = 'websocket';
  readonly once = false;
  readonly acknowledges = true;
  readonly room = ROOM;
  /** The client has asked for the downstream. */
  attached = false;
  readonly #socket: WebSocket;
  readonly #session: Session;
  readonly #context: SessionSocketContext;
  /** Number of the client's next frame, and of ours. */
  #theirs = 0;
  #ours = 0;
  #blocked = false;
  /** Frames that the session had no room for yet. It has been offered the first of them, and will say what it took. */
  #waiting: (readonly Arrival[])[] = [];
  /** What came in since something waits, in bytes and something for each frame. */
  #waitingBytes = 0;
  /** Nothing is read any more. */
  #over = false;

  constructor(socket: WebSocket, session: Session, context: SessionSocketContext) {
    this.#socket = socket;
    this.#session = session;
    this.#context = context;
  }

  read(data: Buffer, isBinary: boolean): void {
    this.#guard(() => {
      const unit = isBinary
        ? parseBytes(data, 0, this.#theirs)
        : parseText(decodeUtf8(data), 0, this.#theirs);
      if (unit.shared !== undefined) throw new MalformedError('a WebSocket is for one session');
      if (!this.attached && unit.wanted === undefined) throw new MalformedError('no attach');
      if (this.attached && unit.wanted !== undefined) throw new MalformedError('two attaches');
      this.#theirs = unit.next;
      if (this.#waiting.length > 0 && unit.arrivals.length > 0) this.#queue(unit, data.length);
      else this.#offer(unit);
      if (unit.wanted === undefined) return;
      this.attached = true;
      this.#session.attachCarrier(this, unit.wanted.n, unit.wanted.ack);
    });
  }

  /** After a mistake the numbers of what follows are in doubt: the socket ends, the session does not. */
  #guard(act: () => void): void {
    if (this.#over) return;
    try {
      act();
    } catch (error) {
      this.#over = true;
      this.#session.detach(this);
      this.#socket.close(closeCodeFor(error));
      if (error instanceof RequestError) return;
      this.#context.log.error('internal error', {
        stack: String(error instanceof Error ? error.stack : error),
      });
    }
  }

  // --- what the session has no room for ---

  #offer(unit: Unit): void {
    let answered = false;
    let isLater = false;
    this.#session.accept(unit, (ack) => {
      answered = true;
      if (isLater) this.#guard(() => this.#settle(ack));
    });
    isLater = true;
    if (!answered) this.#waiting.unshift(unit.arrivals);
  }

  /** Its acknowledgements are heard at once: while those of our frames wait behind frames of the client, neither side might go on. */
  #queue(unit: Unit, bytes: number): void {
    this.#waiting.push(unit.arrivals);
    this.#waitingBytes += bytes + FRAME_COST * unit.arrivals.length;
    this.#session.accept({ ...unit, arrivals: [] }, ackLater);
    if (this.#waitingBytes > WAITING_BODIES * this.#context.body) this.#socket.pause();
  }

  /** The session answered what it was offered last. */
  #settle(ack: number): void {
    const isTaken = ack >= (this.#waiting[0]?.at(-1)?.number ?? 0);
    if (!isTaken && this.#socket.isPaused) {
      // Behind what waits there may be the acknowledgement that all is waiting for; the client's next attach brings it.
      this.#over = true;
      this.#session.detach(this);
      this.end('recycled');
      this.#socket.resume();
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    if (isTaken) waiting.shift();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      this.#offer({ arrivals: next, ack: -1, wanted: undefined, leaving: false, next: 0 });
      if (this.#waiting.length === 0) continue;
      this.#waiting.push(...waiting);
      return;
    }
    this.#waitingBytes = 0;
    if (this.#socket.isPaused) this.#socket.resume();
  }

  deliver(delivery: Delivery): boolean {
    const positioned = delivery.first === this.#ours;
    this.#ours = delivery.first + delivery.entries.length;
    const binary = delivery.entries.some((entry) => entry.message?.binary);
    const encoder = binary ? byteEncoder : textEncoder;
    this.#socket.send(encoder.delivery(delivery, positioned), { binary }, this.#sent);
    this.#blocked = this.#socket.bufferedAmount >= ROOM;
    return !this.#blocked;
  }

  heartbeat(): void {
    this.#socket.send(textEncoder.heartbeat);
  }

  end(reason: EndReason): void {
    this.#socket.send(textEncoder.end(reason));
    this.#socket.close(CloseCode.normal);
  }

  readonly #sent = (): void => {
    if (!this.#blocked || this.#socket.bufferedAmount >= ROOM) return;
    this.#blocked = false;
    this.#session.writable(this);
  };
}

/** The client sends again on its next carrier what it can; a unit that is too much stays so. */
function closeCodeFor(error: unknown): number {
  if (!(error instanceof RequestError)) return CloseCode.protocolError;
  if (error.mayRetry) return CloseCode.tryAgainLater;
  return error.status === 413 ? CloseCode.tooBig : CloseCode.protocolError;
}
