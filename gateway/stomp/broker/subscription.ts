import type { Message } from '../../protocol/message.ts';
import { StompError } from '../stomp-error.ts';
import type { Addressee, Publication } from './publication.ts';

/** How a subscription acknowledges: not at all, all up to a message, or each. */
export type AckMode = (typeof ACK_MODES)[number];
export const ACK_MODES = ['auto', 'client', 'client-individual'] as const;

/** A message on its way to one consumer. */
export interface Delivery {
  readonly publication: Publication;
  /** How often it was given out before. */
  readonly redeliveries: number;
}

/** What subscriptions are made at: a queue or a topic. */
export interface Source {
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  /** These are done with. */
  acknowledged(deliveries: readonly Delivery[]): void;
  /** These were given back, in their order. */
  rejected(deliveries: readonly Delivery[]): void;
  /** A subscription takes more than before. */
  wake(): void;
}

/** The connection that a subscription belongs to. */
export interface Outlet {
  /** False while it is asked to wait. */
  readonly writable: boolean;
  send(message: Message): void;
  /** Ends the connection with an ERROR. */
  fail(error: StompError): void;
}

/** One SUBSCRIBE, until it is undone or its connection ends. */
export class Subscription {
  readonly addressee: Addressee;
  readonly #source: Source;
  readonly #outlet: Outlet;
  readonly #mode: AckMode;
  readonly #limit: number;
  /** By message id, in the order they were given out. */
  readonly #unacknowledged = new Map<string, Delivery>();

  /** `limit` is the number of messages that may be given out and not be acknowledged. */
  constructor(
    source: Source,
    outlet: Outlet,
    addressee: Omit<Addressee, 'acknowledges'>,
    mode: AckMode,
    limit: number,
  ) {
    this.#source = source;
    this.#outlet = outlet;
    this.#mode = mode;
    this.#limit = limit;
    this.addressee = { ...addressee, acknowledges: mode !== 'auto' };
  }

  /** It takes another message. */
  get ready(): boolean {
    return this.#outlet.writable && this.#unacknowledged.size < this.#limit;
  }

  begin(): void {
    this.#source.add(this);
  }

  /** Gives back what was not acknowledged; others get it. */
  end(): void {
    this.#source.remove(this);
    const deliveries = [...this.#unacknowledged.values()];
    this.#unacknowledged.clear();
    this.#source.rejected(deliveries);
  }

  wake(): void {
    this.#source.wake();
  }

  /** Sends a delivery, spelled for this subscription's addressee. */
  deliver(delivery: Delivery, spelled: Message): void {
    if (this.addressee.acknowledges) {
      if (this.#unacknowledged.size >= this.#limit) {
        this.#outlet.fail(new StompError('too many messages that were not acknowledged'));
        return;
      }
      this.#unacknowledged.set(delivery.publication.id, delivery);
    }
    this.#outlet.send(spelled);
  }

  has(message: string): boolean {
    return this.#unacknowledged.has(message);
  }

  acknowledge(message: string): void {
    this.#source.acknowledged(this.#settle(message));
    this.#source.wake();
  }

  reject(message: string): void {
    this.#source.rejected(this.#settle(message));
  }

  /** In mode `client` all up to the message are meant (STOMP 1.2, "ACK"). */
  #settle(message: string): Delivery[] {
    const settled: Delivery[] = [];
    if (!this.has(message)) return settled;
    for (const [id, delivery] of this.#unacknowledged) {
      if (id !== message && this.#mode === 'client-individual') continue;
      settled.push(delivery);
      this.#unacknowledged.delete(id);
      if (id === message) break;
    }
    return settled;
  }
}
