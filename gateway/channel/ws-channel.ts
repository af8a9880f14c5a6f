import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Clock, Timer } from '../base/clock.ts';
import { CloseCode, type CloseStatus } from '../protocol/close.ts';
import { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';
import { endConnection } from './end-connection.ts';
import { ReadGate } from './read-gate.ts';
import { WriteBatch } from './write-batch.ts';

/** Bytes on their way to the network above which the sender is asked to wait. */
const HIGH_WATER = 64 * 1024;

const TEXT = { binary: false };
const BINARY = { binary: true };

/**
 * A channel over an open `ws` socket of either role. It must be made in the tick in which the socket opened: what arrives is then
 * held in the network until someone attaches.
 */
export class WsChannel implements Channel {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #gate: ReadGate;
  readonly #turn: WriteBatch;
  #receiver: Receiver | undefined;
  #held: Message[] | undefined = [];
  #closing = false;
  #closed: CloseStatus | undefined;
  #tooBig = false;
  /** `send` answered false. */
  #pressed = false;
  #heard = false;
  #keepalive: Timer;

  /**
   * `socket` is the network connection under `ws`. `ping` is the silence in milliseconds after which the peer is pinged, 0 for
   * never.
   */
  constructor(ws: WebSocket, socket: Duplex, clock: Clock, ping: number) {
    this.#ws = ws;
    this.#socket = socket;
    this.#clock = clock;
    this.#gate = new ReadGate(ws);
    this.#turn = new WriteBatch(socket);
    ws.on('message', (data, isBinary) => {
      // `nodebuffer` is the binary type, so data is a Buffer; of text `ws` has checked that it is UTF-8.
      this.#arrived(isBinary ? Message.binary(data as Buffer) : Message.utf8(data as Buffer));
    });
    ws.on('error', (error) => {
      this.#tooBig ||= (error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    });
    ws.on('close', (code, reason) => {
      this.#finished({ code: this.#tooBig ? CloseCode.tooBig : code, reason: reason.toString() });
    });
    if (ping > 0) this.#keepAlive(ping);
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    this.#turn.cork();
    const options = message.binary ? BINARY : TEXT;
    if (!this.#pressed && this.#ws.bufferedAmount + message.size <= HIGH_WATER) {
      this.#ws.send(message.data, options);
      return true;
    }
    // Only a message beyond the mark asks to be told when it is out; every later one does too, so that the last one wakes us.
    this.#pressed = true;
    this.#ws.send(message.data, options, this.#flushed);
    return false;
  }

  readonly #flushed = (): void => {
    if (!this.#pressed || this.#closed || this.#ws.bufferedAmount > HIGH_WATER) return;
    this.#pressed = false;
    this.#receiver?.drained();
  };

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (status.code === CloseCode.abnormal) {
      this.#gate.discard();
      // `ws.terminate` would throw away what was sent.
      endConnection(this.#socket, this.#clock);
    } else if (status.code === CloseCode.noStatus) this.#ws.close();
    else this.#ws.close(status.code, status.reason);
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
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const message of held) receiver.message(message);
      if (this.#closed) receiver.closed(this.#closed);
      else this.#gate.open();
    });
  }

  #arrived(message: Message): void {
    this.#heard = true;
    if (this.#gate.discarding) return;
    // A connection that was reset hands over what it had read, paused or not.
    if (this.#held) this.#held.push(message);
    else this.#receiver?.message(message);
  }

  #finished(status: CloseStatus): void {
    this.#closed = status;
    this.#clock.clearTimeout(this.#keepalive);
    this.#receiver?.closed(status);
  }

  /** Looks every half interval whether the peer was heard, so that a message costs a flag and not a timer. */
  #keepAlive(ping: number): void {
    const heard = (): void => {
      this.#heard = true;
    };
    this.#ws.on('ping', heard);
    this.#ws.on('pong', heard);
    const look = (): void => {
      if (!this.#heard && this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
      this.#heard = false;
      this.#keepalive = this.#clock.setTimeout(look, ping / 2);
    };
    this.#keepalive = this.#clock.setTimeout(look, ping / 2);
  }
}
