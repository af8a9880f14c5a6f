import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { emitAtOnce } from '../base/emit-at-once.ts';
import { ABNORMAL, CloseCode, type CloseStatus, NO_STATUS } from '../protocol/close.ts';
import { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';
import { endConnection } from './end-connection.ts';
import { readBeforeReset } from './read-before-reset.ts';
import { ReadGate } from './read-gate.ts';
import { WriteBatch } from './write-batch.ts';

/**
 * A channel over a TCP or TLS connection. A message that it delivers is a part of the stream, cut
 * anywhere; messages that it sends are written as bytes. It reports an orderly end as 1005, and any
 * other as 1006.
 */
export class TcpChannel implements Channel {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #gate: ReadGate;
  readonly #batch: WriteBatch;
  #receiver: Receiver | undefined;
  #closed: CloseStatus | undefined;
  #closing = false;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#gate = new ReadGate(socket);
    this.#batch = new WriteBatch(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    readBeforeReset(socket, clock);
    emitAtOnce(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      if (!this.#gate.discarding) this.#receiver?.message(Message.binary(bytes));
    });
    socket.on('drain', () => this.#receiver?.drained());
    socket.on('close', (hadError) => {
      this.#closed = hadError ? ABNORMAL : NO_STATUS;
      this.#receiver?.closed(this.#closed);
    });
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    this.#batch.begin();
    return this.#socket.write(message.bytes);
  }

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#gate.discard();
    if (status.code === CloseCode.abnormal) this.#socket.destroy();
    else endConnection(this.#socket, this.#clock);
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
}
