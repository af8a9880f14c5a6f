import { detached } from '../../base/detached.ts';
import { DestinationPattern, hasWildcard, splitDestination, type Words } from '../destination.ts';
import { limitError, StompError } from '../stomp-error.ts';
import { FAN_OUT_BATCH, type FanOutQueue, SharedFrames } from './fan-out.ts';
import type { Publication } from './publication.ts';
import type { Source, Subscription } from './subscription.ts';

/**
 * Words and separators that a destination with wildcards may have: each message is compared with
 * all.
 */
const MAX_PATTERN_LENGTH = 128;

/** All topics: a message goes to everybody who is subscribed at the moment. */
export class Topics {
  readonly #maxPatterns: number;
  readonly #fanOut: FanOutQueue;
  /** By destination as subscribed to. Those with wildcards are in `#patterns` too. */
  readonly #topics = new Map<string, Topic>();
  readonly #patterns = new Set<Topic>();

  constructor(maxPatterns: number, fanOut: FanOutQueue) {
    this.#maxPatterns = maxPatterns;
    this.#fanOut = fanOut;
  }

  /** Throws a `StompError` if there is no memory to keep the message for all its recipients. */
  publish(publication: Publication): void {
    const topics = this.#matching(publication.destination);
    if (topics.length === 0) return;
    let recipients = 0;
    for (const topic of topics) recipients += topic.subscriptions.size;
    if (recipients > FAN_OUT_BATCH || this.#fanOut.isPending(publication.destination)) {
      this.#fanOut.add(
        publication,
        topics.flatMap((topic) => [...topic.subscriptions]),
      );
      return;
    }
    const frames = new SharedFrames(publication);
    for (const topic of topics) {
      for (const subscription of topic.subscriptions) frames.deliverTo(subscription);
    }
  }

  /**
   * The topic of that name or pattern. It exists while somebody is subscribed. Throws a
   * `StompError` for a malformed pattern, and for one too many.
   */
  at(destination: string): Source {
    const present = this.#topics.get(destination);
    if (present) return present;
    const name = detached(destination);
    const pattern = hasWildcard(name) ? this.#newPattern(name) : undefined;
    const topic: Topic = new Topic(pattern, {
      used: () => {
        this.#topics.set(name, topic);
        if (pattern) this.#patterns.add(topic);
      },
      idle: () => {
        this.#topics.delete(name);
        this.#patterns.delete(topic);
      },
    });
    return topic;
  }

  #matching(destination: string): Topic[] {
    const direct = this.#topics.get(destination);
    const topics = direct ? [direct] : [];
    if (this.#patterns.size === 0) return topics;
    const words = splitDestination(destination);
    for (const topic of this.#patterns) {
      if (topic.matches(words)) topics.push(topic);
    }
    return topics;
  }

  #newPattern(name: string): DestinationPattern {
    const pattern = new DestinationPattern(name);
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw new StompError('GW_STOMP_DESTINATION', 'too many words in a destination with wildcards', {
        fields: { destination: name },
      });
    }
    if (this.#patterns.size >= this.#maxPatterns) throw limitError('too many destinations with wildcards');
    return pattern;
  }
}

/** Bytes that a topic occupies beside its subscriptions, without and with wildcards (measured). */
const TOPIC_WEIGHT = 900;
const PATTERN_WEIGHT = 1200;

interface TopicEvents {
  /** The topic has a subscription. */
  used(): void;
  /** It has none any more. */
  idle(): void;
}

class Topic implements Source {
  readonly subscriptions = new Set<Subscription>();
  readonly #pattern: DestinationPattern | undefined;
  readonly #events: TopicEvents;

  constructor(pattern: DestinationPattern | undefined, events: TopicEvents) {
    this.#pattern = pattern;
    this.#events = events;
  }

  get weight(): number {
    if (this.subscriptions.size > 0) return 0;
    return this.#pattern ? PATTERN_WEIGHT : TOPIC_WEIGHT;
  }

  matches(destination: Words): boolean {
    return this.#pattern?.matches(destination) ?? false;
  }

  add(subscription: Subscription): void {
    this.subscriptions.add(subscription);
    this.#events.used();
  }

  remove(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    if (this.subscriptions.size === 0) this.#events.idle();
  }

  /** A topic keeps nothing: nobody else waits for what a subscriber gives back. */
  acknowledged(): void {}
  rejected(): void {}
  ready(): void {}
}
