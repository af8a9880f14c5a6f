import type { Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import type { Channel, Receiver } from '../channel/channel.ts';
import { ABNORMAL, CloseCode, type CloseStatus, NO_STATUS } from '../protocol/close.ts';
import { Message } from '../protocol/message.ts';

/** Milliseconds that a peer has to end the connection after we did. */
const END_TIMEOUT = 10_000;

/**
 * A channel over a TCP or TLS connection. A message it tells is a piece of the stream, cut anywhere; one that it is sent is written as
 * octets. An orderly end is told as 1005, any other as 1006.
 */
export class TcpChannel implements Channel {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #receiver: Receiver | undefined;
  #closed: CloseStatus | undefined;
  #closing = false;
  #paused = false;
  #corked = false;
  #endTimer: Timer;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.pause();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('error', () => {});
    socket.on('drain', () => this.#receiver?.drained());
    socket.on('close', (hadError) => {
      this.#clock.clearTimeout(this.#endTimer);
      this.#closed = hadError ? ABNORMAL : NO_STATUS;
      this.#receiver?.closed(this.#closed);
    });
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    this.#cork();
    return this.#socket.write(message.bytes);
  }

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (status.code === CloseCode.abnormal) {
      this.#socket.destroy();
      return;
    }
    this.#socket.end();
    // What is not read keeps the peer's end of the connection from being seen.
    this.#socket.resume();
    this.#endTimer = this.#clock.setTimeout(() => this.#socket.destroy(), END_TIMEOUT);
  }

  pause(): void {
    this.#paused = true;
    if (!this.#closing) this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#receiver) this.#socket.resume();
  }

  attach(receiver: Receiver): void {
    queueMicrotask(() => {
      this.#receiver = receiver;
      if (this.#closed) {
        receiver.closed(this.#closed);
        return;
      }
      this.#socket.on('data', (octets: Buffer) => {
        if (!this.#closing) receiver.message(Message.binary(octets));
      });
      if (this.#paused) this.#socket.pause();
      else this.#socket.resume();
    });
  }

  /** All that is sent in one turn is one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }
}
