import type { OpenAccount } from '../base/memory-budget.ts';
import { ABNORMAL, CloseCode, type CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import { WaitingMessages } from './waiting-messages.ts';

/**
 * Two channels in memory, each the other's peer. Messages are delivered at once. They wait while
 * the receiving end is paused or nobody has attached to it, and `send` answers false. A Close is
 * answered with the same status unless its receiver answers another, as in a WebSocket library.
 *
 * `openAccount` counts what waits; absent: nobody does. If the memory budget has no room for it,
 * both ends are closed with 1013.
 */
export function channelPair(openAccount?: OpenAccount): [Channel, Channel] {
  const a = new End(openAccount);
  const b = new End(openAccount);
  a.join(b);
  b.join(a);
  return [a, b];
}

/** A channel that sends every message back, and takes no more than its user reads. */
export function echoChannel(openAccount?: OpenAccount): Channel {
  const end = new End(openAccount);
  end.join(end);
  return end;
}

class End implements Channel {
  readonly #openAccount: OpenAccount | undefined;
  #peer!: End;
  #receiver: Receiver | undefined;
  #paused = false;
  #flushing = false;
  /** Messages of the peer that wait for this end. Absent until the first waits. */
  #waiting: WaitingMessages | undefined;
  /** The peer waits for `drained`. */
  #pressed = false;
  /** The peer's Close, behind the queue. */
  #ending: CloseStatus | undefined;
  #isEndDelivered = false;
  #closed = false;

  constructor(openAccount: OpenAccount | undefined) {
    this.#openAccount = openAccount;
  }

  join(peer: End): void {
    this.#peer = peer;
  }

  get bufferedAmount(): number {
    return this.#peer.#waiting?.size ?? 0;
  }

  send(message: Message): boolean {
    return this.#closed || this.#peer.#take(message);
  }

  close(status: CloseStatus): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.#ending ??= status;
    if (status.code === CloseCode.abnormal) this.#abandon(ABNORMAL);
    // Never within the call: the caller gets the answer when it is done with what it was doing.
    queueMicrotask(() => this.#peer.#flush());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    queueMicrotask(() => this.#flush());
  }

  #take(message: Message): boolean {
    if (this.#isEndDelivered || this.#ending) return true;
    if (this.#isReady()) this.#receiver?.message(message);
    else this.#hold(message);
    if (this.#isReady()) return true;
    this.#pressed = true;
    return false;
  }

  /** A message can be delivered without waiting. */
  #isReady(): boolean {
    return this.#receiver !== undefined && !this.#paused && !this.#flushing && this.#isEmpty;
  }

  get #isEmpty(): boolean {
    return this.#waiting === undefined || this.#waiting.isEmpty;
  }

  #hold(message: Message): void {
    this.#waiting ??= new WaitingMessages(this.#openAccount);
    if (!this.#waiting.push(message)) this.#overflow();
  }

  #flush(): void {
    if (this.#flushing || this.#isEndDelivered || this.#receiver === undefined) return;
    this.#flushing = true;
    try {
      // A handler may throw: it has had that message, and the next ones must still come.
      while (!this.#paused && this.#waiting?.isEmpty === false) this.#receiver.message(this.#waiting.shift());
    } finally {
      this.#flushing = false;
      this.#waiting?.count();
    }
    if (!this.#isReady()) return;
    if (this.#ending) this.#deliverEnd(this.#receiver, this.#ending);
    else this.#release();
  }

  #release(): void {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#peer.#receiver?.drained();
  }

  #deliverEnd(receiver: Receiver, status: CloseStatus): void {
    this.#isEndDelivered = true;
    this.#waiting?.close();
    receiver.closed(status);
    this.close(status);
  }

  /** Drops what waits for this end, and closes it with `status`. */
  #abandon(status: CloseStatus): void {
    this.#waiting?.close();
    this.#waiting = undefined;
    this.#paused = false;
    this.#ending ??= status;
    queueMicrotask(() => this.#flush());
  }

  #overflow(): void {
    this.#peer.#ending ??= OUT_OF_MEMORY;
    this.#abandon(OUT_OF_MEMORY);
    queueMicrotask(() => this.#peer.#flush());
  }
}
