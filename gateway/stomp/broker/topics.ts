import type { Message } from '../../protocol/message.ts';
import { DestinationPattern, hasWildcard } from '../destination.ts';
import type { Publication } from './publication.ts';
import type { Source, Subscription } from './subscription.ts';

/** All topics: a message goes to everyone who is subscribed at the moment. */
export class Topics {
  /** By destination as it was subscribed to; those with wildcards stand in both. */
  readonly #topics = new Map<string, Topic>();
  readonly #patterns = new Set<Topic>();

  /** Frames for subscribers with the same id, version and mode are spelled once: most scripts count their ids from `sub-0`. */
  publish(publication: Publication): void {
    const spelled = new Map<string, Message>();
    this.#topics.get(publication.destination)?.publish(publication, spelled);
    for (const topic of this.#patterns) {
      if (topic.matches(publication.destination)) topic.publish(publication, spelled);
    }
  }

  /** The topic of that name or pattern; it is there as long as someone is subscribed. Throws a `StompError` for a bad pattern. */
  at(destination: string): Source {
    const present = this.#topics.get(destination);
    if (present) return present;
    const pattern = hasWildcard(destination) ? new DestinationPattern(destination) : undefined;
    const topic: Topic = new Topic(pattern, {
      used: () => {
        this.#topics.set(destination, topic);
        if (pattern) this.#patterns.add(topic);
      },
      idle: () => {
        this.#topics.delete(destination);
        this.#patterns.delete(topic);
      },
    });
    return topic;
  }
}

class Topic implements Source {
  readonly #pattern: DestinationPattern | undefined;
  readonly #keeper: { used(): void; idle(): void };
  readonly #subscriptions = new Set<Subscription>();

  constructor(pattern: DestinationPattern | undefined, keeper: { used(): void; idle(): void }) {
    this.#pattern = pattern;
    this.#keeper = keeper;
  }

  matches(destination: string): boolean {
    return this.#pattern?.matches(destination) ?? false;
  }

  publish(publication: Publication, spelled: Map<string, Message>): void {
    const delivery = { publication, redeliveries: 0 };
    for (const subscription of this.#subscriptions) {
      const { addressee } = subscription;
      const key = `${addressee.version} ${addressee.acknowledges} ${addressee.id ?? ''}`;
      let message = spelled.get(key);
      if (message === undefined) {
        message = publication.encode(addressee, false);
        spelled.set(key, message);
      }
      subscription.deliver(delivery, message);
    }
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    this.#keeper.used();
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    if (this.#subscriptions.size === 0) this.#keeper.idle();
  }

  /** A topic keeps nothing: what one subscriber gives back, nobody else waits for. */
  acknowledged(): void {}
  rejected(): void {}
  wake(): void {}
}
