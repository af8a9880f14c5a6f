import type { Clock, Timer } from '../../base/clock.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import { encodeEnd, encodeMessages, HEARTBEAT, OPEN, parseFrame } from '../../dialect/sockjs.ts';
import { CloseCode, type CloseStatus, mayTravel } from '../../protocol/close.ts';
import { Message } from '../../protocol/message.ts';
import { MalformedError } from '../../protocol/unit.ts';

/** Bytes that are gathered for one frame at most. */
const ROOM = 65_536;

const BROKEN: CloseStatus = { code: 3000, reason: 'Broken framing.' };

/**
 * A WebSocket whose messages are SockJS frames (0.3.3, "WebSocket protocols"), as a channel of what they carry. The session is the connection: its id means nothing.
 */
export class FramedSocket implements Channel {
  readonly #socket: Channel;
  readonly #clock: Clock;
  readonly #heartbeat: number;
  #receiver: Receiver | undefined;
  #timer: Timer;
  /** Something was written since the timer went off last. */
  #wrote = false;
  /** Messages for the frame that is written at the end of this turn of the loop, and their bytes. */
  #unsent: Message[] = [];
  #unsentBytes = 0;
  #pressed = false;
  #closed = false;
  /** The receiver was told of the end when the client broke the rules. */
  #isBroken = false;

  /** `heartbeat`: milliseconds of silence after which a sign of life is sent. */
  constructor(socket: Channel, clock: Clock, heartbeat: number) {
    this.#socket = socket;
    this.#clock = clock;
    this.#heartbeat = heartbeat;
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
      closed: (status) => {
        this.#stop();
        if (!this.#isBroken) receiver.closed(status);
      },
    });
    this.#write(OPEN);
    this.#keepAlive();
  }

  send(message: Message): boolean {
    if (this.#closed) return true;
    if (this.#unsent.length === 0) queueMicrotask(() => this.#flush());
    this.#unsent.push(message);
    this.#unsentBytes += message.size;
    if (this.#unsentBytes >= ROOM) this.#flush();
    return !this.#pressed;
  }

  close(status: CloseStatus): void {
    if (this.#closed) return;
    this.#flush();
    this.#write(encodeEnd(status));
    this.#stop();
    this.#socket.close({ ...status, code: mayTravel(status.code) ? status.code : CloseCode.normal });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #read(message: Message): void {
    if (this.#closed || message.size === 0) return;
    try {
      if (message.binary) throw new MalformedError('frames are text');
      for (const part of parseFrame(message.text)) this.#receiver?.message(part);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#isBroken = true;
      this.#stop();
      this.#socket.close(BROKEN);
      this.#receiver?.closed({ code: CloseCode.protocolError, reason: 'broken framing' });
    }
  }

  #flush(): void {
    if (this.#closed || this.#unsent.length === 0) return;
    const messages = this.#unsent;
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#write(encodeMessages(messages));
  }

  #write(frame: string): void {
    this.#wrote = true;
    if (!this.#socket.send(Message.text(frame))) this.#pressed = true;
  }

  #stop(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
  }

  /** Looks every half interval whether something was written, so that a message costs a flag and not a timer. */
  #keepAlive(): void {
    this.#timer = this.#clock.setTimeout(() => {
      if (!this.#wrote) this.#write(HEARTBEAT);
      this.#wrote = false;
      this.#keepAlive();
    }, this.#heartbeat / 2);
  }
}
