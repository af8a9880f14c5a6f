import type { Clock } from '../../base/clock.ts';
import { RequestError } from '../../base/errors.ts';
import { type Flushable, flushSoon } from '../../base/flush-queue.ts';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import { KeepAlive } from '../../channel/keep-alive.ts';
import { encodeEnd, encodeMessages, HEARTBEAT, OPEN } from '../../dialect/sockjs.ts';
import { MessageReader } from '../../dialect/sockjs-messages.ts';
import { Quoting } from '../../dialect/sockjs-quote.ts';
import { CloseCode, type CloseStatus, mayTravel } from '../../protocol/close.ts';
import { CLOSES } from '../../protocol/close-table.ts';
import { Message } from '../../protocol/message.ts';
import { MalformedError } from '../../protocol/unit.ts';
import { MessageSlices, SHORT_BODY } from './message-slices.ts';

/** Most bytes that are gathered for one frame. */
const ROOM = 65_536;

/** What a framed socket needs of the gateway. */
export interface FramedSocketContext {
  readonly clock: Clock;
  /** Milliseconds of silence after which a heartbeat is sent. */
  readonly heartbeat: number;
  /** Opens an account for the client's address. */
  openAccount(): MemoryAccount;
}

/**
 * A WebSocket whose messages are SockJS frames (0.3.3, "WebSocket protocols"), as a channel of the
 * messages in them. The connection is the session, and the id in its address means nothing.
 */
export class FramedSocket implements Channel, Flushable {
  readonly #socket: Channel;
  readonly #context: FramedSocketContext;
  #receiver: Receiver | undefined;
  /** Active when something is written. */
  #keepAlive: KeepAlive<FramedSocket> | undefined;
  /** Messages for the frame that this turn of the event loop ends with, and their bytes. */
  #unsent: Message[] | undefined;
  #unsentBytes = 0;
  /** A long message of these is being quoted. */
  #quoting: Quoting | undefined;
  #quotingAccount: MemoryAccount | undefined;
  #pressed = false;
  #closed = false;
  /** The receiver's `closed` was called when the client broke the rules. */
  #isBroken = false;
  /** A long frame is being read. */
  #isTaking = false;
  /** Frames that came meanwhile, and how the connection ended meanwhile. */
  #unread: Message[] = [];
  #endedWith: CloseStatus | undefined;
  #isPaused = false;
  /** Goes on with a long frame. */
  #whenResumed: (() => void) | undefined;

  constructor(socket: Channel, context: FramedSocketContext) {
    this.#socket = socket;
    this.#context = context;
  }

  get bufferedAmount(): number {
    return this.#unsentBytes + this.#socket.bufferedAmount;
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#socket.attach({
      message: (message) => this.#read(message),
      drained: () => {
        this.#pressed = false;
        receiver.drained();
      },
      closed: (status) => this.#ended(status),
    });
    this.#write(Message.ascii(OPEN));
    const { clock, heartbeat } = this.#context;
    this.#keepAlive = new KeepAlive<FramedSocket>(clock, heartbeat, FramedSocket.#beat, this);
  }

  static #beat(socket: FramedSocket): void {
    socket.#write(Message.ascii(HEARTBEAT));
  }

  send(message: Message): boolean {
    if (this.#closed) return true;
    if (this.#unsent === undefined) {
      this.#unsent = [message];
      flushSoon(this);
    } else this.#unsent.push(message);
    this.#unsentBytes += message.size;
    if (this.#unsentBytes >= ROOM) this.flush();
    return !this.#pressed;
  }

  close(status: CloseStatus): void {
    if (this.#closed) return;
    this.#endQuoting();
    this.#writeUnsent();
    this.#write(Message.text(encodeEnd(status)));
    this.#stop();
    this.#socket.close({ ...status, code: mayTravel(status.code) ? status.code : CloseCode.normal });
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    const next = this.#whenResumed;
    this.#whenResumed = undefined;
    if (next !== undefined) next();
    else if (!this.#isTaking) this.#socket.resume();
  }

  // --- from the client ---

  #read(message: Message): void {
    if (this.#closed || message.size === 0) return;
    if (this.#isTaking) {
      this.#unread.push(message);
      return;
    }
    try {
      if (message.binary) throw new MalformedError('frames are text');
      const { bytes } = message;
      const reader = new MessageReader(bytes, 'array or string');
      if (bytes.length <= SHORT_BODY) this.#handOn(reader.rest());
      else this.#takeLong(reader, bytes.length);
    } catch (error) {
      this.#fail(error);
    }
  }

  #handOn(messages: readonly Message[]): void {
    if (this.#closed) return;
    for (const message of messages) this.#receiver?.message(message);
  }

  /** A frame of many messages takes several turns of the event loop; what comes behind it waits. */
  #takeLong(reader: MessageReader, bytes: number): void {
    this.#isTaking = true;
    this.#socket.pause();
    const slices = new MessageSlices(
      (messages, next) => {
        this.#handOn(messages);
        if (this.#isPaused) this.#whenResumed = next;
        else next();
      },
      this.#context.openAccount,
      (error) => {
        this.#isTaking = false;
        if (error === undefined) this.#readOn();
        else this.#fail(error);
      },
    );
    slices.start(reader, bytes);
  }

  /** The long frame is over. */
  #readOn(): void {
    while (!this.#isTaking && this.#unread.length > 0) this.#read(this.#unread.shift() as Message);
    if (this.#isTaking) return;
    if (this.#endedWith !== undefined) this.#reportClosed(this.#endedWith);
    else if (!this.#isPaused) this.#socket.resume();
  }

  #ended(status: CloseStatus): void {
    this.#keepAlive?.stop();
    if (this.#isTaking) this.#endedWith = status;
    else this.#reportClosed(status);
  }

  #reportClosed(status: CloseStatus): void {
    this.#stop();
    if (!this.#isBroken) this.#receiver?.closed(status);
  }

  /** Closes both sides: the client broke the rules, or there is no memory for what it sent. */
  #fail(error: unknown): void {
    if (!(error instanceof RequestError)) throw error;
    const isMalformed = error instanceof MalformedError;
    this.#isBroken = true;
    this.#unread = [];
    this.#stop();
    this.#socket.close(isMalformed ? CLOSES.brokenSockJs : CLOSES.outOfMemory);
    this.#socket.resume();
    this.#receiver?.closed(isMalformed ? CLOSES.brokenFraming : CLOSES.outOfMemory);
  }

  // --- to the client ---

  /** Called by the queue: see `send`. */
  flush(): void {
    if (this.#closed || this.#quoting !== undefined) return;
    this.#quoting = this.#unsent && Quoting.ofLong(this.#unsent);
    if (this.#quoting === undefined) this.#writeUnsent();
    else {
      this.#pressed = true;
      this.#quoteOn();
    }
  }

  /** A long message is quoted in several turns of the event loop; what comes behind it waits. */
  #quoteOn(): void {
    const quoting = this.#quoting;
    if (this.#closed || quoting === undefined) return;
    if (!quoting.step() && this.#holds(this.#unsentBytes + quoting.bytes)) {
      setImmediate(() => this.#quoteOn());
      return;
    }
    // Without room for several of them, each is quoted and written in one turn.
    quoting.finish();
    this.#endQuoting();
    this.#pressed = false;
    this.flush();
    if (!this.#pressed) this.#receiver?.drained();
  }

  #holds(bytes: number): boolean {
    this.#quotingAccount ??= this.#context.openAccount();
    this.#quotingAccount.set(bytes);
    return this.#quotingAccount.hasRoom(0);
  }

  #endQuoting(): void {
    this.#quoting = undefined;
    this.#quotingAccount?.close();
    this.#quotingAccount = undefined;
  }

  #writeUnsent(): void {
    const messages = this.#unsent;
    if (messages === undefined) return;
    this.#unsent = undefined;
    this.#unsentBytes = 0;
    this.#write(encodeMessages(messages));
  }

  #write(frame: Message): void {
    if (this.#keepAlive !== undefined) this.#keepAlive.active = true;
    if (!this.#socket.send(frame)) this.#pressed = true;
  }

  #stop(): void {
    this.#closed = true;
    this.#endQuoting();
    this.#keepAlive?.stop();
  }
}
