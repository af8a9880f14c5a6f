import type { Socket } from 'node:net';
import type { Driver } from 'websocket-driver';
import { ByteQueue } from '../base/byte-queue.ts';
import type { Clock } from '../base/clock.ts';
import type { Channel, Receiver } from '../channel/channel.ts';
import { endConnection } from '../channel/end-connection.ts';
import { ReadGate } from '../channel/read-gate.ts';
import { ABNORMAL, CloseCode, type CloseStatus, NO_STATUS } from '../protocol/close.ts';
import { Message } from '../protocol/message.ts';

/** Bytes on their way to the network above which the sender is asked to wait. */
const HIGH_WATER = 64 * 1024;

/** Begins a text frame. */
const TEXT = 0x00;

/** Ends a text frame, and begins the closing one; UTF-8 has no such byte. */
const TERMINATOR = 0xff;

/**
 * A channel over a client of the hixie drafts, whose handshake is done. They know text, and an end: no binary, no code or reason, no ping.
 *
 * The library writes their frames. What comes is read here: its own reader keeps eight bytes for each one of a message (an array of numbers), does not
 * tell why it closed, and throws at a 0xFF within a frame of the other kind.
 */
export class HixieChannel implements Channel {
  readonly #driver: Driver;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #gate: ReadGate;
  readonly #maxMessage: number;
  #receiver: Receiver | undefined;
  /** The frame that is coming in, its first byte included. */
  readonly #frame = new ByteQueue();
  #closing = false;
  #closed: CloseStatus | undefined;
  /** `send` answered false. */
  #pressed = false;

  /** `maxMessage`: bytes a message may have. */
  constructor(driver: Driver, socket: Socket, clock: Clock, maxMessage: number) {
    this.#driver = driver;
    this.#socket = socket;
    this.#clock = clock;
    this.#maxMessage = maxMessage;
    this.#gate = new ReadGate(socket);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#ended());
    socket.on('close', () => this.#finish(ABNORMAL));
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    if (message.binary) {
      this.#fail({ code: CloseCode.unsupportedData, reason: 'the client takes text only' });
      return true;
    }
    this.#driver.text(message.text);
    this.#pressed ||= this.#socket.writableLength > HIGH_WATER;
    return !this.#pressed;
  }

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (status.code === CloseCode.abnormal) this.#gate.discard();
    else this.#driver.close();
    // What the client still sends before its own end is delivered, paused or not: the end stands behind it.
    this.#gate.resume();
    // Not only when the closing frame was answered: WebKit up to Safari 5.1 passes over it and waits for the end (seen in PhantomJS 1.9.8).
    endConnection(this.#socket, this.#clock);
  }

  pause(): void {
    this.#gate.pause();
  }

  resume(): void {
    this.#gate.resume();
  }

  attach(receiver: Receiver): void {
    queueMicrotask(() => {
      this.#receiver = receiver;
      if (this.#closed) receiver.closed(this.#closed);
      else this.#gate.open();
    });
  }

  /** Frames are `00 text FF`, and at the end `FF 00`; the other types of -76 §4.2 no client sends. */
  #read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#gate.discarding; ) {
      const first = bytes[at] as number;
      if (this.#frame.size === 0 && first !== TEXT) {
        this.#closedWith(first);
        return;
      }
      const terminator = bytes.indexOf(TERMINATOR, at);
      const end = terminator < 0 ? bytes.length : terminator;
      if (this.#frame.size + end - at > this.#maxMessage + 1) {
        this.#fail({ code: CloseCode.tooBig, reason: '' });
        return;
      }
      this.#frame.push(bytes.subarray(at, end));
      if (terminator >= 0) this.#deliver();
      at = end + 1;
    }
  }

  /** What is no UTF-8 becomes U+FFFD, as -76 §4.2 has it. */
  #deliver(): void {
    const text = this.#frame.take().toString('utf8', 1);
    this.#receiver?.message(Message.text(text));
  }

  #closedWith(first: number): void {
    if (first === TERMINATOR && this.#driver.version === 'hixie-76') this.#fail(NO_STATUS);
    else this.#fail({ code: CloseCode.protocolError, reason: '' });
  }

  /**
   * The client ended its side. In draft 75 that is how it closes, and WebKit closes so in draft 76 too (seen in PhantomJS 1.9.8); only an end within
   * a frame is no Close.
   */
  #ended(): void {
    endConnection(this.#socket, this.#clock);
    this.#finish(this.#frame.size === 0 ? NO_STATUS : ABNORMAL);
  }

  /** Ends the connection from here, at once; `status` is what our side is told in place of what the client cannot tell. */
  #fail(status: CloseStatus): void {
    if (!this.#closing) this.#driver.close();
    this.#closing = true;
    this.#gate.discard();
    endConnection(this.#socket, this.#clock);
    // Never within `send`.
    queueMicrotask(() => this.#finish(status));
  }

  #finish(status: CloseStatus): void {
    if (this.#closed) return;
    this.#closed = status;
    this.#gate.discard();
    this.#frame.clear();
    this.#receiver?.closed(status);
  }

  #drained(): void {
    if (!this.#pressed || this.#closed) return;
    this.#pressed = false;
    this.#receiver?.drained();
  }
}
