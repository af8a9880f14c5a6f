import Denque from 'denque';
import { StompError } from '../stomp-error.ts';
import type { Publication } from './publication.ts';
import type { Store } from './store.ts';
import type { Delivery, Source, Subscription } from './subscription.ts';

/** Bounds of one queue. */
export interface QueueLimits {
  readonly maxQueued: number;
  readonly redeliveries: number;
}

/** Who is told what becomes of a queue. */
export interface QueueKeeper {
  /** A message was given out too often and is lost. */
  dropped(publication: Publication): void;
  /** It has messages or consumers. */
  used(): void;
  /** It has neither any more. */
  idle(): void;
}

/** Each message goes to one consumer, in turn, and is kept while none takes it. */
export class Queue implements Source {
  readonly #limits: QueueLimits;
  readonly #store: Store;
  readonly #keeper: QueueKeeper;
  readonly #waiting = new Denque<Delivery>();
  /** The next one to be served stands first. */
  #consumers: Subscription[] = [];
  #dispatching = false;

  constructor(limits: QueueLimits, store: Store, keeper: QueueKeeper) {
    this.#limits = limits;
    this.#store = store;
    this.#keeper = keeper;
  }

  publish(publication: Publication): void {
    if (this.#waiting.length >= this.#limits.maxQueued) throw new StompError('the queue is full');
    this.#store.take(publication.size);
    this.#waiting.push({ publication, redeliveries: 0 });
    this.#keeper.used();
    this.wake();
  }

  add(subscription: Subscription): void {
    this.#consumers.push(subscription);
    this.#keeper.used();
    this.wake();
  }

  remove(subscription: Subscription): void {
    this.#consumers = this.#consumers.filter((consumer) => consumer !== subscription);
  }

  acknowledged(deliveries: readonly Delivery[]): void {
    for (const { publication } of deliveries) this.#store.release(publication.size);
  }

  rejected(deliveries: readonly Delivery[]): void {
    const again: Delivery[] = [];
    for (const { publication, redeliveries } of deliveries) {
      if (redeliveries < this.#limits.redeliveries) {
        again.push({ publication, redeliveries: redeliveries + 1 });
      } else {
        this.#store.release(publication.size);
        this.#keeper.dropped(publication);
      }
    }
    for (const delivery of again.reverse()) this.#waiting.unshift(delivery);
    this.wake();
  }

  wake(): void {
    // A consumer that answers within its delivery comes here again; the loop that runs sees to it.
    if (this.#dispatching) return;
    this.#dispatching = true;
    for (let consumer = this.#next(); consumer && this.#waiting.length > 0; consumer = this.#next()) {
      this.#give(consumer, this.#waiting.shift() as Delivery);
    }
    this.#dispatching = false;
    if (this.#waiting.length === 0 && this.#consumers.length === 0) this.#keeper.idle();
  }

  #give(consumer: Subscription, delivery: Delivery): void {
    const { publication, redeliveries } = delivery;
    if (!consumer.addressee.acknowledges) this.#store.release(publication.size);
    consumer.deliver(delivery, publication.encode(consumer.addressee, redeliveries > 0));
  }

  /** The first that is ready, and it goes to the end of the row. */
  #next(): Subscription | undefined {
    if (this.#waiting.length === 0) return undefined;
    const index = this.#consumers.findIndex((consumer) => consumer.ready);
    if (index < 0) return undefined;
    const [consumer] = this.#consumers.splice(index, 1);
    this.#consumers.push(consumer as Subscription);
    return consumer;
  }
}
