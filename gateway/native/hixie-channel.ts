import type { Socket } from 'node:net';
import type { Driver } from 'websocket-driver';
import { ByteQueue } from '../base/byte-queue.ts';
import type { Clock } from '../base/clock.ts';
import type { Failure } from '../base/connection-log.ts';
import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';
import type { Channel, Receiver } from '../channel/channel.ts';
import { endConnection } from '../channel/end-connection.ts';
import { MEMORY_FAILURE, OUT_OF_MEMORY } from '../channel/out-of-memory.ts';
import { readBeforeReset } from '../channel/read-before-reset.ts';
import { ReadGate } from '../channel/read-gate.ts';
import { UnsentWrites } from '../channel/unsent-writes.ts';
import { WriteBatch } from '../channel/write-batch.ts';
import { ABNORMAL, CloseCode, type CloseStatus, NO_STATUS } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Message } from '../protocol/message.ts';

/** Begins a text frame. */
const TEXT = 0x00;

/** Ends a text frame, and begins the closing one; UTF-8 has no such byte. */
const TERMINATOR = 0xff;

/** Bytes of an unfinished frame up to which nothing is counted. */
const UNCOUNTED = 4096;

/** What a hixie channel works with. */
export interface HixieChannelOptions {
  readonly clock: Clock;
  /** Bytes that a message may have. */
  readonly maxMessage: number;
  /** Absent: nobody counts what is held. */
  readonly openAccount?: OpenAccount | undefined;
}

/**
 * A channel over a client of the hixie drafts, whose handshake is done. The drafts know text and an
 * end: no binary, no code or reason, no ping.
 *
 * Of `websocket-driver` only the handshake and the closing frame are used. Its reader keeps eight
 * bytes for each byte of a message (an array of numbers), does not say why it closed, and throws at
 * a 0xFF within a frame of the other kind.
 */
export class HixieChannel implements Channel {
  /** Why this end broke the connection off. */
  failure: Failure | undefined;
  readonly #driver: Driver;
  readonly #socket: Socket;
  readonly #options: HixieChannelOptions;
  readonly #gate: ReadGate;
  readonly #batch: WriteBatch;
  readonly #unsent: UnsentWrites;
  #account: MemoryAccount | undefined;
  #receiver: Receiver | undefined;
  /** The frame that is coming in, its first byte included. */
  readonly #frame = new ByteQueue();
  #closing = false;
  #closed: CloseStatus | undefined;

  constructor(driver: Driver, socket: Socket, options: HixieChannelOptions) {
    this.#driver = driver;
    this.#socket = socket;
    this.#options = options;
    this.#gate = new ReadGate(socket);
    this.#batch = new WriteBatch(socket);
    this.#unsent = new UnsentWrites(options.openAccount);
    readBeforeReset(socket, options.clock);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('end', () => this.#ended());
    socket.on('close', () => this.#finish(ABNORMAL));
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    if (message.binary) {
      this.#fail(CLOSES.textOnly, { reason: 'a binary message for a client that takes text only' });
      return true;
    }
    const { size } = message;
    if (!this.#unsent.hasRoomFor(size)) {
      this.#fail(OUT_OF_MEMORY, MEMORY_FAILURE);
      return true;
    }
    const mustWatch = this.#unsent.wrote(size, this.#socket.writableLength);
    this.#batch.begin();
    this.#socket.write(encode(message), mustWatch ? this.#flushed : undefined);
    return !this.#unsent.isFull;
  }

  readonly #flushed = (): void => {
    if (this.#unsent.flushed(this.#socket.writableLength) && !this.#closed) this.#receiver?.drained();
  };

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (status.code === CloseCode.abnormal) this.#gate.discard();
    else this.#driver.close();
    // What the client sends before its own end is still delivered: the end stands behind it.
    this.#gate.resume();
    // This does not wait for the closing frame to be answered: WebKit up to Safari 5.1 ignores it
    // and waits for the end (seen in PhantomJS 1.9.8).
    endConnection(this.#socket, this.#options.clock);
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

  /**
   * Frames are `00 text FF`, and at the end `FF 00`. No client sends the other types of -76 §4.2.
   */
  #read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#gate.discarding; ) {
      const first = bytes[at] as number;
      if (this.#frame.size === 0 && first !== TEXT) {
        this.#closedWith(first);
        return;
      }
      const terminator = bytes.indexOf(TERMINATOR, at);
      const end = terminator < 0 ? bytes.length : terminator;
      if (this.#frame.size + end - at > this.#options.maxMessage + 1) {
        this.#fail(CLOSES.tooBig, { reason: 'a message is too long', option: '--max-message' });
        return;
      }
      this.#frame.push(bytes.subarray(at, end));
      if (terminator >= 0) this.#deliver();
      at = end + 1;
    }
    this.#count();
  }

  #count(): void {
    if (this.#frame.size <= UNCOUNTED) {
      this.#account?.set(0);
      return;
    }
    this.#account ??= this.#options.openAccount?.();
    this.#account?.set(this.#frame.size);
    if (this.#account?.hasRoom(0) === false) this.#fail(OUT_OF_MEMORY, MEMORY_FAILURE);
  }

  /** Bytes that are not UTF-8 become U+FFFD, as -76 §4.2 has it. */
  #deliver(): void {
    const text = this.#frame.take().toString('utf8', 1);
    this.#receiver?.message(Message.text(text));
  }

  #closedWith(first: number): void {
    const isClose = first === TERMINATOR && this.#driver.version === 'hixie-76';
    if (isClose) this.#fail(NO_STATUS);
    else this.#fail(CLOSES.protocolError, { reason: 'a frame of an unknown type' });
  }

  /**
   * The client ended its side. In draft 75 that is how it closes, and WebKit closes so in draft 76
   * too (seen in PhantomJS 1.9.8). Only an end within a frame is no Close.
   */
  #ended(): void {
    endConnection(this.#socket, this.#options.clock);
    this.#finish(this.#frame.size === 0 ? NO_STATUS : ABNORMAL);
  }

  /**
   * Ends the connection at once. The receiver gets `status`, as the client cannot send one.
   * `failure` says why; absent: the client closed.
   */
  #fail(status: CloseStatus, failure?: Failure): void {
    if (!this.#closing) this.#driver.close();
    this.#closing = true;
    this.failure ??= failure;
    this.#gate.discard();
    endConnection(this.#socket, this.#options.clock);
    // Never within `send`.
    queueMicrotask(() => this.#finish(status));
  }

  #finish(status: CloseStatus): void {
    if (this.#closed) return;
    this.#closed = status;
    this.#gate.discard();
    this.#frame.clear();
    this.#account?.close();
    this.#unsent.close();
    this.#receiver?.closed(status);
  }
}

function encode(message: Message): Buffer {
  const frame = Buffer.allocUnsafe(message.size + 2);
  frame[0] = TEXT;
  message.bytes.copy(frame, 1);
  frame[frame.length - 1] = TERMINATOR;
  return frame;
}
