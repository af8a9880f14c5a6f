import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import type { Failure } from '../base/connection-log.ts';
import { emitAtOnce } from '../base/emit-at-once.ts';
import { errorTable } from '../base/error-table.ts';
import type { OpenAccount } from '../base/memory-budget.ts';
import { CloseCode, type CloseStatus, FAILED, mayTravel } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import { LONGEST_COPIED, serverFrame } from '../protocol/server-frame.ts';
import type { Channel, Receiver } from './channel.ts';
import { endConnection } from './end-connection.ts';
import { KeepAlive } from './keep-alive.ts';
import { MEMORY_FAILURE, OUT_OF_MEMORY } from './out-of-memory.ts';
import { readBeforeReset } from './read-before-reset.ts';
import { ReadGate } from './read-gate.ts';
import { ServerFrames } from './server-frames.ts';
import { UnsentWrites } from './unsent-writes.ts';
import { WriteBatch } from './write-batch.ts';
import { type MessageOwner, readMessages } from './ws-messages.ts';

const TOO_BIG = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH']);

const PADDED_LENGTH: Failure = {
  reason: errorTable.GW_FRAME_LENGTH.text,
  error: 'GW_FRAME_LENGTH',
};

/** Milliseconds from the server's Close to the end of its connection. */
const SERVER_END_TIMEOUT = 2000;

const TEXT = { binary: false };
const BINARY = { binary: true };

/** What a channel over `ws` works with. */
export interface WsChannelOptions {
  readonly clock: Clock;
  /** Milliseconds of silence after which the peer is pinged; 0 for never. */
  readonly ping: number;
  /** The peer is a server: its frames are read as browsers read them. @default false */
  readonly isClient?: boolean;
  /** Absent: nobody counts what is held. */
  readonly openAccount?: OpenAccount | undefined;
}

/**
 * A channel over an open `ws` socket of either role. It must be made in the tick in which the
 * socket opened: what arrives is then held in the network until someone attaches.
 */
export class WsChannel implements Channel, MessageOwner {
  /** Why this end broke the connection off. */
  failure: Failure | undefined;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #isClient: boolean;
  readonly #clock: Clock;
  readonly #gate: ReadGate;
  readonly #batch: WriteBatch;
  readonly #keepAlive: KeepAlive<WebSocket>;
  readonly #unsent: UnsentWrites;
  readonly #messages: { close(): void };
  readonly #serverFrames: ServerFrames | undefined;
  #receiver: Receiver | undefined;
  #held: Message[] | undefined = [];
  #closing = false;
  #closed: CloseStatus | undefined;

  /** `socket` is the network connection under `ws`. */
  constructor(ws: WebSocket, socket: Socket, { clock, ping, isClient, openAccount }: WsChannelOptions) {
    this.#ws = ws;
    this.#socket = socket;
    this.#isClient = isClient === true;
    this.#clock = clock;
    readBeforeReset(socket, clock);
    emitAtOnce(socket);
    this.#gate = new ReadGate(ws);
    this.#batch = new WriteBatch(socket);
    this.#unsent = new UnsentWrites(openAccount);
    this.#serverFrames = isClient ? this.#readServerFrames() : undefined;
    this.#keepAlive = new KeepAlive(clock, ping, pingOpen, ws);
    (ws as ChannelSocket)[CHANNEL] = this;
    this.#messages = readMessages(ws, this, openAccount);
    ws.on('error', WsChannel.#onError);
    ws.on('close', WsChannel.#onClose);
  }

  // The listeners are the same functions for all connections, since most of them wait for days.

  static readonly #onError = function (this: WebSocket, error: Error): void {
    channelOf(this).#failed(error);
  };

  static readonly #onClose = function (this: WebSocket, code: number, reason: Buffer): void {
    const channel = channelOf(this);
    channel.#finished(channel.#statusOf(code, reason.toString()));
  };

  #failed(error: NodeJS.ErrnoException): void {
    const { code = '', message: reason } = error;
    // All other errors are the network's.
    if (!code.startsWith('WS_ERR_')) return;
    this.failure ??= this.#serverFrames?.isFlawed ? PADDED_LENGTH : { reason, error: code };
    // `ws` has sent its Close. As in browsers, the user does not wait for the peer's.
    endConnection(this.#socket, this.#clock);
    queueMicrotask(() => this.#finished(this.#statusOf(CloseCode.abnormal, '')));
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  send(message: Message): boolean {
    if (this.#closing || this.#closed) return true;
    const { size } = message;
    if (!this.#unsent.hasRoomFor(size)) {
      this.#breakOff();
      return true;
    }
    this.#batch.begin();
    // Only messages that must be watched have a callback: it would cost something for each.
    if (this.#unsent.wrote(size, this.#ws.bufferedAmount)) this.#write(message, () => this.#flushed());
    else this.#write(message);
    return !this.#unsent.isFull;
  }

  #write(message: Message, flushed?: () => void): void {
    const isOpen = this.#ws.readyState === WebSocket.OPEN;
    // `ws` writes head and payload apart, and encodes a message for each client anew.
    if (isOpen && !this.#isClient && message.size <= LONGEST_COPIED)
      this.#socket.write(serverFrame(message), 'latin1', flushed);
    else this.#ws.send(message.data, message.binary ? BINARY : TEXT, flushed);
  }

  #flushed(): void {
    if (this.#unsent.flushed(this.#ws.bufferedAmount) && !this.#closed) this.#receiver?.drained();
  }

  close(status: CloseStatus): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (status.code === CloseCode.abnormal) {
      this.#gate.discard();
      // `ws.terminate` would throw away what was sent.
      endConnection(this.#socket, this.#clock);
    } else if (status.code === CloseCode.noStatus) this.#ws.close();
    else this.#ws.close(mayTravel(status.code) ? status.code : CloseCode.normal, status.reason);
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

  /** Whatever it is, the peer lives: control frames need no listeners of their own. */
  heard(): void {
    this.#keepAlive.active = true;
  }

  message(message: Message): void {
    if (this.#gate.discarding) return;
    // A connection that was reset hands over what it had read, paused or not.
    if (this.#held) this.#held.push(message);
    else this.#receiver?.message(message);
  }

  #statusOf(code: number, reason: string): CloseStatus {
    const error = this.failure?.error;
    if (error === undefined) return { code: this.#serverFrames?.closeCode ?? code, reason };
    return TOO_BIG.has(error) ? { code: CloseCode.tooBig, reason } : FAILED;
  }

  #readServerFrames(): ServerFrames {
    const frames = new ServerFrames({
      flawed: () => {
        this.failure ??= PADDED_LENGTH;
        this.#end(CloseCode.protocolError, '', FAILED);
      },
      closing: () => this.#awaitServerEnd(),
    });
    // Before the listener of `ws`, which was added in this tick.
    this.#socket.prependListener('data', (chunk: Buffer) => frames.read(chunk));
    return frames;
  }

  /** RFC 6455 §7.1.1: the server ends the connection first. Chromium waits as long for that. */
  #awaitServerEnd(): void {
    const late = this.#clock.setTimeout(() => this.#socket.destroySoon(), SERVER_END_TIMEOUT);
    this.#socket.once('close', () => this.#clock.clearTimeout(late));
  }

  overflowed(): void {
    this.#breakOff();
  }

  /** The memory budget has no room: the peer gets a Close, and what is held is freed at once. */
  #breakOff(): void {
    if (this.#closed) return;
    this.failure ??= MEMORY_FAILURE;
    this.#end(OUT_OF_MEMORY.code, OUT_OF_MEMORY.reason, OUT_OF_MEMORY);
  }

  /** Sends a Close, and waits for nothing. The receiver gets `status`. */
  #end(code: number, reason: string, status: CloseStatus): void {
    this.#closing = true;
    this.#gate.discard();
    this.#ws.close(code, reason);
    this.#socket.destroySoon();
    // Never within `send`.
    queueMicrotask(() => this.#finished(status));
  }

  #finished(status: CloseStatus): void {
    if (this.#closed) return;
    this.#closed = status;
    this.#keepAlive.stop();
    this.#unsent.close();
    this.#messages.close();
    this.#receiver?.closed(status);
  }
}

const CHANNEL = Symbol('channel');

type ChannelSocket = WebSocket & { [CHANNEL]?: WsChannel };

function channelOf(ws: WebSocket): WsChannel {
  return (ws as ChannelSocket)[CHANNEL] as WsChannel;
}

function pingOpen(ws: WebSocket): void {
  if (ws.readyState === WebSocket.OPEN) ws.ping();
}
