import Denque from 'denque';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Message } from '../../protocol/message.ts';
import { memoryError } from '../stomp-error.ts';
import type { Publication } from './publication.ts';
import type { Subscription } from './subscription.ts';

/** Deliveries that are made in one turn of the event loop: a few milliseconds. */
export const FAN_OUT_BATCH = 500;

/** Bytes that a subscriber costs in a list of recipients. */
const RECIPIENT_WEIGHT = 8;

/**
 * Encodes one message for many recipients. Those with the same id, version and mode share a frame:
 * most scripts count their ids from `sub-0`.
 */
export class SharedFrames {
  readonly #publication: Publication;
  readonly #frames = new Map<string, Message>();

  constructor(publication: Publication) {
    this.#publication = publication;
  }

  deliverTo(subscription: Subscription): void {
    let frame = this.#frames.get(subscription.key);
    if (frame === undefined) {
      frame = this.#publication.encode(subscription.recipient);
      this.#frames.set(subscription.key, frame);
    }
    subscription.deliver(this.#publication.sequence, undefined, frame);
  }
}

interface Job {
  readonly destination: string;
  readonly frames: SharedFrames;
  readonly recipients: readonly Subscription[];
  readonly weight: number;
  /** Index of the next recipient. */
  next: number;
}

/**
 * Delivers messages to more recipients than fit into one turn of the event loop, batch by batch and
 * in order.
 */
export class FanOutQueue {
  readonly #account: MemoryAccount;
  readonly #jobs = new Denque<Job>();
  /** Jobs by destination, so that later messages to it queue up behind them. */
  readonly #pending = new Map<string, number>();
  #waiters: (() => void)[] = [];

  constructor(account: MemoryAccount) {
    this.#account = account;
  }

  get isBusy(): boolean {
    return this.#jobs.length > 0;
  }

  /** Whether an earlier message to the destination is still being delivered. */
  isPending(destination: string): boolean {
    return this.#pending.has(destination);
  }

  /** Calls back once, when nothing is left to deliver. */
  whenIdle(callback: () => void): void {
    this.#waiters.push(callback);
  }

  /** Throws a `StompError` if there is no memory to keep the message. */
  add(publication: Publication, recipients: readonly Subscription[]): void {
    publication.keep();
    const { destination } = publication;
    const weight = publication.weight + RECIPIENT_WEIGHT * recipients.length;
    if (!this.#account.hasRoom(weight)) throw memoryError();
    this.#account.add(weight);
    this.#pending.set(destination, (this.#pending.get(destination) ?? 0) + 1);
    this.#jobs.push({ destination, frames: new SharedFrames(publication), recipients, weight, next: 0 });
    if (this.#jobs.length === 1) this.#deliverBatch();
  }

  #deliverBatch(): void {
    for (let left = FAN_OUT_BATCH; left > 0; ) {
      const job = this.#jobs.peekFront();
      if (job === undefined) break;
      const end = Math.min(job.next + left, job.recipients.length);
      left -= end - job.next;
      while (job.next < end) job.frames.deliverTo(job.recipients[job.next++] as Subscription);
      if (end === job.recipients.length) this.#finish(job);
    }
    if (this.isBusy) setImmediate(() => this.#deliverBatch());
    else this.#tellWaiters();
  }

  #finish({ destination, weight }: Job): void {
    this.#jobs.shift();
    this.#account.add(-weight);
    const others = (this.#pending.get(destination) ?? 1) - 1;
    if (others === 0) this.#pending.delete(destination);
    else this.#pending.set(destination, others);
  }

  #tellWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const callback of waiters) callback();
  }
}
