import Denque from 'denque';
import { limitError, type StompError } from '../stomp-error.ts';
import type { Publication } from './publication.ts';
import type { Store } from './store.ts';
import type { Source, Subscription } from './subscription.ts';

/** Bounds of one queue. */
export interface QueueLimits {
  readonly maxQueued: number;
  readonly redeliveries: number;
}

/** What a queue reports to its owner. */
export interface QueueEvents {
  /** A message was delivered too often and is lost. */
  dropped(publication: Publication): void;
  /** The queue has messages or consumers. */
  used(): void;
  /** It has neither any more. */
  idle(): void;
}

/** Bytes that a queue occupies beside its messages and subscriptions (measured). */
const QUEUE_WEIGHT = 1800;

/** Deliveries that one dispatch makes in one turn of the event loop. */
const DISPATCH_BATCH = 500;

/** Gives each message to one consumer, in turn, and keeps messages while no consumer is ready. */
export class Queue implements Source {
  /** Memory of its own: each message refers to it. */
  readonly name: string;
  readonly #limits: QueueLimits;
  readonly #store: Store;
  readonly #events: QueueEvents;
  readonly #waiting = new Denque<Publication>();
  readonly #consumers = new Set<Subscription>();
  /** Consumers that may be ready: one that is not is removed when its turn comes. */
  readonly #ready = new Set<Subscription>();
  /** Goes through `#ready` in a circle. A `Set`'s iterator sees what is added and removed. */
  #turn = this.#ready.values();
  /** The consumer whose turn it is, until it has been served. */
  #turnOf: Subscription | undefined;
  #isDispatching = false;
  #isScheduled = false;

  constructor(name: string, limits: QueueLimits, store: Store, events: QueueEvents) {
    this.name = name;
    this.#limits = limits;
    this.#store = store;
    this.#events = events;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  get weight(): number {
    return this.#consumers.size > 0 || this.#waiting.length > 0 ? 0 : QUEUE_WEIGHT;
  }

  /** Throws a `StompError` if there is no room for `count` messages and no consumer takes any. */
  check(count: number): void {
    if (this.#waiting.length + count > this.#limits.maxQueued && this.#peekReady() === undefined) {
      throw queueFull(this.name);
    }
  }

  /**
   * Takes a message. Throws a `StompError` if it does not fit, unless `isChecked`: a transaction
   * checks all its messages before it publishes the first.
   */
  publish(publication: Publication, isChecked = false): void {
    if (this.#waiting.length === 0 && !this.#isDispatching && this.#passOn(publication)) return;
    publication.keep(this.name);
    if (!isChecked) {
      this.check(1);
      this.#store.check(publication.weight);
    }
    this.#store.take(publication.weight);
    this.#waiting.push(publication);
    this.#events.used();
    this.#dispatch();
  }

  /** Delivers a message that need not be kept: a consumer is ready and does not acknowledge. */
  #passOn(publication: Publication): boolean {
    const consumer = this.#peekReady();
    if (consumer === undefined || consumer.recipient.acknowledges) return false;
    this.#turnOf = undefined;
    this.#isDispatching = true;
    try {
      consumer.deliver(publication.sequence, publication, publication.encode(consumer.recipient));
    } finally {
      this.#isDispatching = false;
    }
    if (this.#waiting.length > 0) this.#dispatch();
    return true;
  }

  add(subscription: Subscription): void {
    this.#consumers.add(subscription);
    this.#events.used();
    this.ready(subscription);
  }

  remove(subscription: Subscription): void {
    this.#consumers.delete(subscription);
    this.#ready.delete(subscription);
  }

  acknowledged(publications: readonly Publication[]): void {
    for (const { weight } of publications) this.#store.release(weight);
  }

  rejected(publications: readonly Publication[]): void {
    for (const publication of publications.toReversed()) {
      if (publication.redeliveries < this.#limits.redeliveries) {
        publication.redeliveries++;
        this.#waiting.unshift(publication);
      } else {
        this.#store.release(publication.weight);
        this.#events.dropped(publication);
      }
    }
    this.#dispatch();
  }

  ready(subscription: Subscription): void {
    if (this.#consumers.has(subscription)) this.#ready.add(subscription);
    this.#dispatch();
  }

  /**
   * Delivers what waits. A consumer that answers within its delivery ends up here again; the loop
   * that runs takes care of it. A long backlog continues in the next turn of the event loop.
   */
  #dispatch(): void {
    if (this.#isDispatching || this.#isScheduled) return;
    this.#isDispatching = true;
    try {
      this.#deliverBatch();
    } finally {
      this.#isDispatching = false;
    }
    if (this.#waiting.length === 0 && this.#consumers.size === 0) this.#events.idle();
  }

  #deliverBatch(): void {
    for (let count = 0; this.#waiting.length > 0; count++) {
      const consumer = this.#peekReady();
      if (consumer === undefined) return;
      if (count === DISPATCH_BATCH) {
        this.#continueLater();
        return;
      }
      this.#turnOf = undefined;
      this.#deliver(consumer, this.#waiting.shift() as Publication);
    }
  }

  #continueLater(): void {
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #deliver(consumer: Subscription, publication: Publication): void {
    const { acknowledges } = consumer.recipient;
    if (!acknowledges) this.#store.release(publication.weight);
    consumer.deliver(publication.sequence, publication, publication.encode(consumer.recipient));
  }

  #peekReady(): Subscription | undefined {
    let hasRestarted = false;
    for (;;) {
      const consumer = this.#turnOf ?? this.#nextInTurn();
      if (consumer === undefined) {
        if (hasRestarted) return undefined;
        hasRestarted = true;
        this.#turn = this.#ready.values();
        continue;
      }
      if (this.#ready.has(consumer) && consumer.isReady) {
        this.#turnOf = consumer;
        return consumer;
      }
      this.#turnOf = undefined;
      this.#ready.delete(consumer);
    }
  }

  #nextInTurn(): Subscription | undefined {
    return this.#turn.next().value;
  }
}

/** No more messages may wait in a queue. */
export function queueFull(name: string): StompError {
  return limitError('the queue is full', 'stomp.maxQueued', { destination: name });
}
