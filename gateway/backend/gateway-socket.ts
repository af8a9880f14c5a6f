import type { Channel, Receiver } from '../channel/channel.ts';
import { ABNORMAL, type CloseStatus, mayTravel, NO_STATUS } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Message } from '../protocol/message.ts';
import { SocketEvents } from './socket-events.ts';
import { TextMemo } from './text-memo.ts';

/** What `send`, `ping` and `pong` take. */
export type SocketData = string | number | Buffer | ArrayBuffer | ArrayBufferView | readonly Buffer[];

/**
 * The options of `ws`. `fin: false` begins or continues a message whose fragments are collected
 * here. `compress` and `mask` have no effect.
 */
export interface SendOptions {
  readonly binary?: boolean | undefined;
  readonly fin?: boolean | undefined;
  readonly compress?: boolean | undefined;
  readonly mask?: boolean | undefined;
}

export type SendCallback = (error?: Error) => void;

/** About what a waiting message occupies beside its bytes. */
const MESSAGE_WEIGHT = 128;

/** Waiting messages that are never too many. */
const FEW_MESSAGES = 1024;

const states = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;
const binaryTypes = ['nodebuffer', 'arraybuffer', 'fragments'] as const;

/**
 * The socket of a handler. It is used like a socket of `ws`, over any transport, and is open from
 * the start. Events: `message(data, isBinary)`, `close(code, reason)`, `ping`, `pong`, `error`.
 */
export class GatewaySocket extends SocketEvents {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  /** Always empty: extensions end at the gateway. */
  declare readonly extensions: '';

  /** The subprotocol that was selected, or the empty string. */
  readonly protocol: string;

  readonly #channel: Channel;
  readonly #maxBuffered: number;
  readonly #texts: TextMemo;
  #state: 1 | 2 | 3 = 1;
  #paused = false;
  #binaryType: (typeof binaryTypes)[number] = 'nodebuffer';
  /** Bytes given to `send` after the end. They count, as in a browser. */
  #unsent = 0;
  /** Messages given to `send` since the channel last took one without asking to wait. */
  #unsentMessages = 0;
  /** Absent while no fragment waits for the next one. */
  #fragments: Buffer[] | undefined;
  #fragmentsAreBinary = false;
  /** Callbacks of messages that have not left yet. */
  #waiting: SendCallback[] | undefined;

  /**
   * `maxBuffered`: bytes that the client has not taken at which the socket is closed with 1013.
   * `texts` is shared by sockets that send the same texts.
   */
  constructor(channel: Channel, protocol: string, maxBuffered: number, texts = new TextMemo()) {
    super();
    this.#texts = texts;
    this.#channel = channel;
    this.protocol = protocol;
    this.#maxBuffered = maxBuffered;
    channel.attach(new GatewaySocket.#Receiver(this));
  }

  /** A class, as each socket has one for its whole life. */
  static readonly #Receiver = class implements Receiver {
    readonly #socket: GatewaySocket;

    constructor(socket: GatewaySocket) {
      this.#socket = socket;
    }

    message(message: Message): void {
      this.#socket.#receive(message);
    }

    drained(): void {
      this.#socket.#unsentMessages = 0;
      this.#socket.#settle(undefined);
    }

    closed(status: CloseStatus): void {
      this.#socket.#finish(status);
    }
  };

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#state;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Bytes that were sent and that the client's side has not taken yet. */
  get bufferedAmount(): number {
    return this.#channel.bufferedAmount + this.#unsent;
  }

  get binaryType(): (typeof binaryTypes)[number] {
    return this.#binaryType;
  }

  set binaryType(type: (typeof binaryTypes)[number]) {
    if (binaryTypes.includes(type)) this.#binaryType = type;
  }

  /**
   * Sends a message. `callback` is called when the message has left for the client's side: a
   * program that waits for it goes no faster than the client reads.
   */
  send(data: SocketData, callback?: SendCallback): void;
  send(data: SocketData, options: SendOptions | undefined, callback?: SendCallback): void;
  send(data: SocketData, options?: SendOptions | SendCallback, callback?: SendCallback): void {
    if (typeof options === 'function') this.#send(data, undefined, options);
    else this.#send(data, options, callback);
  }

  #send(data: SocketData, options?: SendOptions, callback?: SendCallback): void {
    if (this.#state !== 1) {
      this.#unsent += toBytes(data).length;
      later(callback, this.#notOpen());
      return;
    }
    const message = this.#messageOf(data, options);
    if (!message || this.#channel.send(message)) {
      this.#unsentMessages = 0;
      later(callback);
      return;
    }
    if (callback) {
      this.#waiting ??= [];
      this.#waiting.push(callback);
    }
    this.#unsentMessages++;
    if (this.#isTooSlow) this.close(CLOSES.tooSlow.code, CLOSES.tooSlow.reason);
  }

  /** Small messages occupy far more than their bytes, so their number is bounded, too. */
  get #isTooSlow(): boolean {
    if (this.#channel.bufferedAmount > this.#maxBuffered) return true;
    return this.#unsentMessages > Math.max(FEW_MESSAGES, this.#maxBuffered / MESSAGE_WEIGHT);
  }

  /** The whole message, or undefined while fragments of it are still to come. */
  #messageOf(data: SocketData, options: SendOptions | undefined): Message | undefined {
    const binary = options?.binary ?? (typeof data !== 'string' && typeof data !== 'number');
    const last = options?.fin ?? true;
    if (last && this.#fragments === undefined) {
      if (!binary && typeof data === 'string') return this.#texts.messageOf(data);
      return messageFrom(toBytes(data), binary);
    }
    if (this.#fragments === undefined) {
      this.#fragments = [];
      this.#fragmentsAreBinary = binary;
    }
    this.#fragments.push(toBytes(data));
    if (!last) return undefined;
    const bytes = Buffer.concat(this.#fragments);
    this.#fragments = undefined;
    return messageFrom(bytes, this.#fragmentsAreBinary);
  }

  /**
   * Begins the closing handshake. Without a code the Close has none.
   *
   * @throws TypeError for a code that may not travel, RangeError for a reason of more than 123
   * bytes: RFC 6455 §5.5, §7.4.
   */
  close(code?: number, reason?: string | Buffer): void {
    if (this.#state !== 1) return;
    const status = code === undefined ? NO_STATUS : { code, reason: String(reason ?? '') };
    if (code !== undefined && !mayTravel(code)) {
      throw new TypeError('First argument must be a valid error code number');
    }
    if (Buffer.byteLength(status.reason) > 123) {
      throw new RangeError('The message must not be greater than 123 bytes');
    }
    this.#state = 2;
    this.#channel.close(status);
    // A program that paused and closes wants no more messages, but it must get `close`.
    this.#channel.resume();
  }

  /** Ends the connection without a Close. */
  terminate(): void {
    if (this.#state === 3) return;
    this.#state = 2;
    this.#channel.close(ABNORMAL);
    process.nextTick(() => this.#finish(ABNORMAL));
  }

  /**
   * Answered here, with `pong`: a fallback has no ping, and on every transport the gateway itself
   * finds clients that are gone.
   */
  ping(data?: SocketData, mask?: boolean, callback?: SendCallback): void;
  ping(data: SocketData, callback: SendCallback): void;
  ping(callback: SendCallback): void;
  ping(...args: unknown[]): void {
    const callback = args.find((arg) => typeof arg === 'function') as SendCallback | undefined;
    if (this.#state !== 1) {
      later(callback, this.#notOpen());
      return;
    }
    const data = typeof args[0] === 'function' ? '' : ((args[0] as SocketData | undefined) ?? '');
    const bytes = toBytes(data);
    if (bytes.length > 125) throw new RangeError('The data size must not be greater than 125 bytes');
    later(callback);
    process.nextTick(() => {
      if (this.#state === 1) this.emit('pong', bytes);
    });
  }

  /** Does nothing: an unsolicited Pong needs no answer (RFC 6455 §5.5.3). */
  pong(data?: SocketData, mask?: boolean, callback?: SendCallback): void;
  pong(data: SocketData, callback: SendCallback): void;
  pong(callback: SendCallback): void;
  pong(...args: unknown[]): void {
    const callback = args.find((arg) => typeof arg === 'function') as SendCallback | undefined;
    later(callback, this.#state === 1 ? undefined : this.#notOpen());
  }

  /** Stops `message` events soon. The client is then not read either. */
  pause(): void {
    if (this.#state === 3) return;
    this.#paused = true;
    if (this.#state === 1) this.#channel.pause();
  }

  resume(): void {
    if (this.#state === 3) return;
    this.#paused = false;
    this.#channel.resume();
  }

  #receive(message: Message): void {
    if (this.#state === 3 || (this.#state === 2 && this.#paused)) return;
    if (!message.binary || this.#binaryType === 'nodebuffer') {
      this.emit('message', message.bytes, message.binary);
      return;
    }
    const data = this.#binaryType === 'fragments' ? [message.bytes] : toArrayBuffer(message.bytes);
    this.emit('message', data, true);
  }

  #finish(status: CloseStatus): void {
    if (this.#state === 3) return;
    this.#state = 3;
    this.#settle(this.#notOpen());
    this.emit('close', status.code, Buffer.from(status.reason));
  }

  #settle(error: Error | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const callback of waiting ?? []) callback(error);
  }

  #notOpen(): Error {
    return new Error(`WebSocket is not open: readyState ${this.#state} (${states[this.#state]})`);
  }
}

// On the prototype: in each socket they would be 40 bytes.
Object.assign(GatewaySocket.prototype, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3, extensions: '' });

function later(callback: SendCallback | undefined, error?: Error): void {
  if (callback) process.nextTick(callback, error);
}

/**
 * A copy: a fallback keeps it until the client acknowledges it, and the caller may reuse its
 * buffer.
 */
function toBytes(data: SocketData): Buffer {
  if (typeof data === 'string' || typeof data === 'number') return Buffer.from(String(data), 'utf8');
  if (Array.isArray(data)) return Buffer.concat(data as readonly Buffer[]);
  if (ArrayBuffer.isView(data))
    return Buffer.from(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.from(Buffer.from(data as ArrayBuffer));
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Bytes sent as text are decoded, as their reader would do it. */
function messageFrom(bytes: Buffer, binary: boolean): Message {
  return binary ? Message.binary(bytes) : Message.text(bytes.toString('utf8'));
}
