import { detached } from '../../base/detached.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { hasWildcard } from '../destination.ts';
import type { FrameHeaders } from '../frame.ts';
import { limitError, StompError } from '../stomp-error.ts';
import { FanOutQueue } from './fan-out.ts';
import { MessageIds } from './message-ids.ts';
import type { BrokerOptions } from './options.ts';
import { Publication } from './publication.ts';
import { Queue, queueFull } from './queue.ts';
import { Store } from './store.ts';
import type { Source } from './subscription.ts';
import { Topics } from './topics.ts';

const QUEUE = '/queue/';
const TOPIC = '/topic/';

/** Bytes that the name of a destination may have. */
const MAX_NAME = 1024;

/** Holder of what a broker keeps for nobody in particular: its accounts are under this address. */
const BROKER_ADDRESS = 'stomp:';

/** The queues and topics of a broker. Nothing is kept beyond the process. */
export class Destinations {
  readonly ids = new MessageIds();
  readonly #options: BrokerOptions;
  readonly #log: Log;
  readonly #store: Store;
  readonly #queues = new Map<string, Queue>();
  readonly #topics: Topics;
  readonly #fanOut: FanOutQueue;

  constructor(options: BrokerOptions, memory: MemoryBudget, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#store = new Store(options.maxStored, memory.account(BROKER_ADDRESS));
    this.#fanOut = new FanOutQueue(memory.account(BROKER_ADDRESS));
    this.#topics = new Topics(options.maxPatterns, this.#fanOut);
  }

  /** What all queues hold now: `stored` is in bytes. */
  get holdings(): { readonly queues: number; readonly queued: number; readonly stored: number } {
    let queued = 0;
    for (const queue of this.#queues.values()) queued += queue.length;
    return { queues: this.#queues.size, queued, stored: this.#store.bytes };
  }

  /** A message is on its way to many recipients: publishers should wait for `whenIdle`. */
  get isBusy(): boolean {
    return this.#fanOut.isBusy;
  }

  /** Calls back once, when all messages are delivered. */
  whenIdle(callback: () => void): void {
    this.#fanOut.whenIdle(callback);
  }

  /** Makes a message of a SEND. Throws a `StompError` for a destination that takes none. */
  compose(headers: FrameHeaders, body: Buffer): Publication {
    const destination = checked(headers.get('destination'));
    if (hasWildcard(destination)) {
      throw wrongDestination('a message goes to one destination, without wildcards', destination);
    }
    return new Publication(this.ids, destination, headers, body);
  }

  /** Throws a `StompError` if a bound is reached. `isChecked`: `check` has said that it fits. */
  publish(publication: Publication, isChecked = false): void {
    const { destination } = publication;
    if (isQueue(destination)) this.#queueAt(destination).publish(publication, isChecked);
    else this.#topics.publish(publication);
  }

  /** Throws a `StompError` if not all of these messages, which are kept already, fit. */
  check(publications: readonly Publication[]): void {
    const counts = new Map<string, number>();
    let bytes = 0;
    for (const { destination, weight } of publications) {
      if (!isQueue(destination)) continue;
      bytes += weight;
      counts.set(destination, (counts.get(destination) ?? 0) + 1);
    }
    let queues = this.#queues.size;
    for (const [name, count] of counts) {
      const queue = this.#queues.get(name);
      if (queue) queue.check(count);
      else if (count > this.#options.maxQueued) throw queueFull(name);
      else queues++;
    }
    if (queues > this.#options.maxQueues) throw tooManyQueues();
    if (bytes > 0) this.#store.check(bytes);
  }

  /** The source of a SUBSCRIBE. Throws a `StompError` for a destination that has none. */
  sourceAt(name: string | undefined): Source {
    const destination = checked(name);
    if (!isQueue(destination)) return this.#topics.at(destination);
    if (hasWildcard(destination)) throw wrongDestination('a queue has no wildcards', destination);
    return this.#queueAt(destination);
  }

  #queueAt(destination: string): Queue {
    const present = this.#queues.get(destination);
    if (present) return present;
    if (this.#queues.size >= this.#options.maxQueues) throw tooManyQueues();
    const name = detached(destination);
    const queue: Queue = new Queue(name, this.#options, this.#store, {
      dropped: ({ id }) => {
        const { redeliveries } = this.#options;
        this.#log.warn('message dropped', { destination: name, id, redeliveries });
      },
      used: () => this.#queues.set(name, queue),
      // A subscription that ended may wake its queue after another queue has taken the name.
      idle: () => this.#queues.get(name) === queue && this.#queues.delete(name),
    });
    return queue;
  }
}

function tooManyQueues(): StompError {
  return limitError('too many queues', 'stomp.maxQueues');
}

function wrongDestination(message: string, destination: string): StompError {
  return new StompError('GW_STOMP_DESTINATION', message, { fields: { destination } });
}

function isQueue(destination: string): boolean {
  return destination.startsWith(QUEUE);
}

function checked(destination: string | undefined): string {
  if (destination === undefined) throw new StompError('GW_STOMP_COMMAND', 'no destination');
  if (destination.length > MAX_NAME || Buffer.byteLength(destination) > MAX_NAME) {
    throw wrongDestination('destination too long', `${destination.slice(0, 64)}…`);
  }
  const isKnown = destination.startsWith(QUEUE) || destination.startsWith(TOPIC);
  if (!isKnown || destination.length === QUEUE.length) {
    throw wrongDestination(`a destination is ${QUEUE}NAME or ${TOPIC}NAME`, destination);
  }
  return destination;
}
