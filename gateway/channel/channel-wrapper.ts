import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';

/**
 * Delegates to another channel, and stands between it and its receiver; subclasses override what
 * differs. One object for both, as a connection has it for its whole life.
 */
export abstract class ChannelWrapper implements Channel, Receiver {
  protected readonly inner: Channel;
  /** Absent until someone attaches; nothing arrives before. */
  protected receiver: Receiver | undefined;

  constructor(inner: Channel) {
    this.inner = inner;
  }

  send(message: Message): boolean {
    return this.inner.send(message);
  }

  close(status: CloseStatus): void {
    this.inner.close(status);
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  get bufferedAmount(): number {
    return this.inner.bufferedAmount;
  }

  attach(receiver: Receiver): void {
    this.receiver = receiver;
    this.inner.attach(this);
  }

  message(message: Message): void {
    this.receiver?.message(message);
  }

  drained(): void {
    this.receiver?.drained();
  }

  closed(status: CloseStatus): void {
    this.receiver?.closed(status);
  }
}
