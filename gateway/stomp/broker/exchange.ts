import { randomBytes } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import { hasWildcard } from '../destination.ts';
import type { FrameHeaders } from '../frame.ts';
import { StompError } from '../stomp-error.ts';
import type { BrokerOptions } from './options.ts';
import { Publication } from './publication.ts';
import { Queue } from './queue.ts';
import { Store } from './store.ts';
import type { Source } from './subscription.ts';
import { Topics } from './topics.ts';

const QUEUE = '/queue/';
const TOPIC = '/topic/';

/** Bytes that the name of a destination may have. */
const MAX_NAME = 1024;

/** The destinations of a broker: what is sent to them, and where one subscribes. Nothing is kept beyond the process. */
export class Exchange {
  readonly #options: BrokerOptions;
  readonly #log: Log;
  readonly #store: Store;
  readonly #queues = new Map<string, Queue>();
  readonly #topics = new Topics();
  /** So that an id does not come again in the next life of the process. */
  readonly #idPrefix = randomBytes(6).toString('hex');
  #count = 0;

  constructor(options: BrokerOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#store = new Store(options.maxStored);
  }

  /** Makes a message of a SEND. Throws a `StompError` for a destination that takes none. */
  compose(headers: FrameHeaders, body: Buffer): Publication {
    const destination = checked(headers.get('destination'));
    if (hasWildcard(destination))
      throw new StompError('a message goes to one destination, without wildcards');
    return new Publication(`${this.#idPrefix}-${++this.#count}`, destination, headers, body);
  }

  /** Throws a `StompError` where a bound is met. */
  publish(publication: Publication): void {
    if (isQueue(publication.destination)) this.#queueAt(publication.destination).publish(publication);
    else this.#topics.publish(publication);
  }

  /** Where a SUBSCRIBE leads. Throws a `StompError` for what is no destination. */
  sourceAt(name: string | undefined): Source {
    const destination = checked(name);
    if (!isQueue(destination)) return this.#topics.at(destination);
    if (hasWildcard(destination)) throw new StompError('a queue has no wildcards');
    return this.#queueAt(destination);
  }

  #queueAt(name: string): Queue {
    const present = this.#queues.get(name);
    if (present) return present;
    if (this.#queues.size >= this.#options.maxQueues) throw new StompError('too many queues');
    const queue: Queue = new Queue(this.#options, this.#store, {
      dropped: ({ id, destination }) => {
        const { redeliveries } = this.#options;
        this.#log.warn('message dropped', { destination, id, redeliveries });
      },
      used: () => this.#queues.set(name, queue),
      // A subscription that has ended may still wake its queue, when another one has taken the place.
      idle: () => this.#queues.get(name) === queue && this.#queues.delete(name),
    });
    return queue;
  }
}

function isQueue(destination: string): boolean {
  return destination.startsWith(QUEUE);
}

function checked(destination: string | undefined): string {
  if (destination === undefined) throw new StompError('no destination');
  const isKnown = destination.startsWith(QUEUE) || destination.startsWith(TOPIC);
  if (!isKnown || destination.length === QUEUE.length) {
    throw new StompError(`a destination is ${QUEUE}NAME or ${TOPIC}NAME`);
  }
  if (Buffer.byteLength(destination) > MAX_NAME) throw new StompError('destination too long');
  return destination;
}
