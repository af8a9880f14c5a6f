import { ABNORMAL, CloseCode, type CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';

/**
 * Two channels that are each other's peer, in memory. Messages are handed over at once; those that a paused or unattached end
 * cannot be told wait, and the other end is asked to wait too. A Close is answered with the same status unless its receiver
 * answers another, as a WebSocket library does it.
 */
export function channelPair(): [Channel, Channel] {
  const a = new End();
  const b = new End();
  a.join(b);
  b.join(a);
  return [a, b];
}

class End implements Channel {
  #peer!: End;
  #receiver: Receiver | undefined;
  #paused = false;
  #flushing = false;
  /** What the peer sent and this end was not told yet; the first `#taken` of it have been told. */
  #queue: Message[] = [];
  #taken = 0;
  #queued = 0;
  /** The peer was asked to wait. */
  #pressed = false;
  /** The peer's Close, behind the queue. */
  #ending: CloseStatus | undefined;
  #lastAckSent = false;
  #closed = false;

  join(peer: End): void {
    this.#peer = peer;
  }

  get bufferedAmount(): number {
    return this.#peer.#queued;
  }

  send(message: Message): boolean {
    return this.#closed || this.#peer.#take(message);
  }

  close(status: CloseStatus): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.#ending ??= status;
    if (status.code === CloseCode.abnormal) this.#abandon();
    // Never within the call: whoever closes is not told of the answer before it is done with what it was doing.
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
    if (this.#lastAckSent || this.#ending) return true;
    if (this.#isReady()) this.#receiver?.message(message);
    else this.#hold(message);
    if (this.#isReady()) return true;
    this.#pressed = true;
    return false;
  }

  #isReady(): boolean {
    return this.#receiver !== undefined && !this.#paused && this.#queue.length === 0;
  }

  #hold(message: Message): void {
    this.#queue.push(message);
    this.#queued += message.size;
  }

  #flush(): void {
    if (this.#flushing || this.#lastAckSent || this.#receiver === undefined) return;
    this.#flushing = true;
    try {
      while (!this.#paused && this.#taken < this.#queue.length) {
        const message = this.#queue[this.#taken++] as Message;
        this.#queued -= message.size;
        this.#receiver.message(message);
      }
    } finally {
      // A handler may throw: it has had that message, and the next ones must still come.
      this.#queue.splice(0, this.#taken);
      this.#taken = 0;
      this.#flushing = false;
    }
    if (!this.#isReady()) return;
    if (this.#ending) this.#tell(this.#receiver, this.#ending);
    else this.#release();
  }

  #release(): void {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#peer.#receiver?.drained();
  }

  #tell(receiver: Receiver, status: CloseStatus): void {
    this.#lastAckSent = true;
    receiver.closed(status);
    this.close(status);
  }

  /** This end broke off: nobody waits for what it has not read. */
  #abandon(): void {
    this.#queue = [];
    this.#queued = 0;
    this.#paused = false;
    this.#ending ??= ABNORMAL;
    queueMicrotask(() => this.#flush());
  }
}
