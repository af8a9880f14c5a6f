import { isUtf8 } from 'node:buffer';
import { Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { runTurn } from '../base/flush-queue.ts';
import type { OpenAccount } from '../base/memory-budget.ts';
import { Message } from '../protocol/message.ts';
import { type HoldingReceiver, UnfinishedMessage, type UnfinishedOwner } from './unfinished-message.ts';
import { frameEnd, payloadStart, unmask, WHOLE_TEXT } from './whole-frame.ts';

/** Who gets the messages of a WebSocket. */
export interface MessageOwner extends UnfinishedOwner {
  /** A chunk has come. */
  heard?(): void;
  message(message: Message): void;
}

/**
 * The parts of a receiver of `ws` 8.23 that say whether it is between two messages. They are
 * private: a test checks them. Without them `ws` reads everything.
 */
interface WsReceiver extends Writable, HoldingReceiver {
  readonly _isServer: boolean;
  /** Bytes that a message may have; 0: as many as it likes. */
  readonly _maxPayload: number;
  /** 0 at the beginning of a frame. */
  readonly _state: number;
  readonly _bufferedBytes: number;
  /** Opcode of a message of which not all fragments have come; 0: there is none. */
  readonly _fragmented: number;
  readonly _errored: boolean;
}

/** The method of the receiver, a plain stream. */
const readByWs = Writable.prototype.write as (chunk: Buffer) => boolean;

/**
 * Has the messages of a WebSocket read for `owner`. `openAccount`: counts what `ws` holds of a
 * message that has not come whole, until `close`; absent: nobody counts.
 */
export function readMessages(
  ws: WebSocket,
  owner: MessageOwner,
  openAccount: OpenAccount | undefined,
): { close(): void } {
  return new WsMessages(ws, owner, openAccount);
}

/**
 * Most messages are one frame that comes whole in one chunk. Such a frame is read here, without the
 * stream, the views and the events that `ws` makes for each. All else is left to `ws`, byte for
 * byte: fragments, incomplete frames, control frames, and whatever breaks a rule.
 */
class WsMessages {
  readonly #owner: MessageOwner;
  readonly #receiver: WsReceiver;
  readonly #openAccount: OpenAccount | undefined;
  /** Absent until `ws` has held something: most messages come whole. */
  #unfinished: UnfinishedMessage | undefined;
  readonly #maxPayload: number;
  /** `ws` has room for more. */
  #goesOn = true;
  /** Nothing is counted any more. */
  #isClosed = false;

  constructor(ws: WebSocket, owner: MessageOwner, openAccount: OpenAccount | undefined) {
    this.#owner = owner;
    this.#openAccount = openAccount;
    const receiver = (ws as unknown as { _receiver: ReadReceiver })._receiver;
    this.#receiver = receiver;
    this.#maxPayload = receiver._maxPayload || Number.POSITIVE_INFINITY;
    receiver[MESSAGES] = (ws as ReadSocket)[MESSAGES] = this;
    receiver.write = WsMessages.#write;
    ws.on('message', WsMessages.#onMessage);
  }

  // The same functions serve all connections, since most of them wait for days.

  /** In place of the receiver's method, which `ws` calls with each chunk from the network. */
  static readonly #write = function (this: ReadReceiver, chunk: Buffer): boolean {
    const messages = this[MESSAGES] as WsMessages;
    runTurn(WsMessages.#turn, messages, chunk);
    return messages.#goesOn;
  };

  static readonly #turn = (messages: WsMessages, chunk: Buffer): void => messages.#read(chunk);

  static readonly #onMessage = function (this: ReadSocket, data: RawData, isBinary: boolean): void {
    const messages = this[MESSAGES] as WsMessages;
    messages.#unfinished?.ended();
    // `nodebuffer` is the binary type, so data is a Buffer; `ws` has checked that text is UTF-8.
    messages.#owner.message(isBinary ? Message.binary(data as Buffer) : Message.utf8(data as Buffer));
  };

  #read(chunk: Buffer): void {
    const isMasked = this.#receiver._isServer;
    let at = 0;
    this.#goesOn = true;
    this.#owner.heard?.();
    try {
      let end = this.#isBetweenMessages ? frameEnd(chunk, at, isMasked, this.#maxPayload) : 0;
      while (end > 0) {
        const message = messageIn(chunk, at, end, isMasked);
        if (message === undefined) break;
        at = end;
        this.#owner.message(message);
        end = frameEnd(chunk, at, isMasked, this.#maxPayload);
      }
    } finally {
      // Also when the owner has thrown: what stands behind its message must not be lost.
      if (at < chunk.length) this.#leaveToWs(chunk, at);
    }
  }

  get #isBetweenMessages(): boolean {
    const { _state, _bufferedBytes, _fragmented, _errored } = this.#receiver;
    return _state === 0 && _bufferedBytes === 0 && _fragmented === 0 && !_errored;
  }

  #leaveToWs(chunk: Buffer, from: number): void {
    const rest = from === 0 ? chunk : chunk.subarray(from);
    this.#goesOn = readByWs.call(this.#receiver, rest);
    // The rest keeps the whole chunk in memory.
    this.#unfinished ??= this.#beginCounting();
    this.#unfinished?.read(chunk.length);
  }

  #beginCounting(): UnfinishedMessage | undefined {
    const { _buffers, _fragments } = this.#receiver;
    const holdsNothing = _buffers.length === 0 && _fragments.length === 0;
    if (this.#openAccount === undefined || this.#isClosed || holdsNothing) return undefined;
    return new UnfinishedMessage(this.#receiver, this.#openAccount, this.#owner);
  }

  close(): void {
    this.#isClosed = true;
    this.#unfinished?.close();
  }
}

/** The message in a whole frame; undefined if it is text, but not UTF-8. */
function messageIn(chunk: Buffer, at: number, end: number, isMasked: boolean): Message | undefined {
  const start = payloadStart(chunk, at);
  if (isMasked) unmask(chunk, start, end);
  const payload = chunk.subarray(start, end);
  if (chunk[at] !== WHOLE_TEXT) return Message.binary(payload);
  if (isUtf8(payload)) return Message.utf8(payload);
  // As it came: `ws` reads it again, and ends the connection.
  if (isMasked) unmask(chunk, start, end);
  return undefined;
}

const MESSAGES = Symbol('messages');

type ReadReceiver = WsReceiver & { [MESSAGES]?: WsMessages };
type ReadSocket = WebSocket & { [MESSAGES]?: WsMessages };
