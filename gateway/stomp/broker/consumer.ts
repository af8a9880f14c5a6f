import type { FrameHeaders } from '../frame.ts';
import { StompError } from '../stomp-error.ts';
import type { Version } from '../version.ts';
import type { Exchange } from './exchange.ts';
import type { BrokerOptions } from './options.ts';
import { readAckId } from './publication.ts';
import { ACK_MODES, type Outlet, Subscription } from './subscription.ts';
import { Transactions } from './transactions.ts';

/** What a connected client may ask for, and what it holds: subscriptions and transactions. */
export class Consumer {
  readonly #exchange: Exchange;
  readonly #outlet: Outlet;
  readonly #version: Version;
  readonly #options: BrokerOptions;
  /** By `id`; in 1.0, where there may be none, by destination. */
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #transactions: Transactions;
  readonly #actions: Readonly<Record<string, (headers: FrameHeaders, body: Buffer) => void>> = {
    SEND: (headers, body) => this.#send(headers, body),
    SUBSCRIBE: (headers) => this.#subscribe(headers),
    UNSUBSCRIBE: (headers) => this.#unsubscribe(headers),
    ACK: (headers) => this.#acknowledge(headers),
    NACK: (headers) => this.#reject(headers),
    BEGIN: (headers) => this.#transactions.begin(required(headers, 'transaction')),
    COMMIT: (headers) => this.#transactions.commit(required(headers, 'transaction')),
    ABORT: (headers) => this.#transactions.abort(required(headers, 'transaction')),
    DISCONNECT: () => {},
  };

  constructor(exchange: Exchange, outlet: Outlet, version: Version, options: BrokerOptions) {
    this.#exchange = exchange;
    this.#outlet = outlet;
    this.#version = version;
    this.#options = options;
    this.#transactions = new Transactions(options);
  }

  /** Does what a frame says. Throws a `StompError` if it cannot be done. */
  obey(command: string, headers: FrameHeaders, body: Buffer): void {
    const act = this.#actions[command];
    if (act === undefined) throw new StompError('connected already');
    act(headers, body);
  }

  /** The connection takes more again. */
  wake(): void {
    for (const subscription of this.#subscriptions.values()) subscription.wake();
  }

  end(): void {
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of subscriptions) subscription.end();
  }

  #send(headers: FrameHeaders, body: Buffer): void {
    const publication = this.#exchange.compose(headers, body);
    this.#inTransaction(headers, publication.size, () => this.#exchange.publish(publication));
  }

  #subscribe(headers: FrameHeaders): void {
    const id = this.#version === '1.0' ? headers.get('id') : required(headers, 'id');
    const destination = headers.get('destination');
    const ack = headers.get('ack') ?? 'auto';
    const mode = ACK_MODES.find((known) => known === ack);
    if (mode === undefined) throw new StompError(`ack is one of ${ACK_MODES.join(', ')}`);
    const key = id ?? destination ?? '';
    if (this.#subscriptions.has(key)) throw new StompError('the subscription is there already');
    if (this.#subscriptions.size >= this.#options.maxSubscriptions) {
      throw new StompError('too many subscriptions');
    }
    const source = this.#exchange.sourceAt(destination);
    const addressee = { version: this.#version, id };
    const limit = this.#options.maxUnacknowledged;
    const subscription = new Subscription(source, this.#outlet, addressee, mode, limit);
    this.#subscriptions.set(key, subscription);
    subscription.begin();
  }

  #unsubscribe(headers: FrameHeaders): void {
    const key = headers.get('id') ?? (this.#version === '1.0' ? headers.get('destination') : undefined);
    const subscription = this.#subscriptions.get(key ?? '');
    if (subscription === undefined) throw new StompError('no such subscription');
    this.#subscriptions.delete(key as string);
    subscription.end();
  }

  #acknowledge(headers: FrameHeaders): void {
    this.#settle(headers, (subscription, message) => subscription.acknowledge(message));
  }

  #reject(headers: FrameHeaders): void {
    if (this.#version === '1.0') throw new StompError('1.0 has no NACK');
    this.#settle(headers, (subscription, message) => subscription.reject(message));
  }

  #settle(headers: FrameHeaders, settle: (subscription: Subscription, message: string) => void): void {
    const message = this.#acknowledgedMessage(headers);
    const subscription = this.#holderOf(message.id, message.subscription);
    this.#inTransaction(headers, 0, () => settle(subscription, message.id));
  }

  /** 1.2 names what it acknowledges by `id`; before, it is `message-id`, in 1.1 with the subscription. */
  #acknowledgedMessage(headers: FrameHeaders): { id: string; subscription: string | undefined } {
    if (this.#version !== '1.2') {
      return { id: required(headers, 'message-id'), subscription: headers.get('subscription') };
    }
    const { message, subscription } = readAckId(required(headers, 'id'));
    return { id: message, subscription };
  }

  #holderOf(message: string, id: string | undefined): Subscription {
    const candidates = id === undefined ? [...this.#subscriptions.values()] : [this.#subscriptions.get(id)];
    const holder = candidates.find((subscription) => subscription?.has(message));
    if (holder === undefined) throw new StompError('no such message waits to be acknowledged');
    return holder;
  }

  #inTransaction(headers: FrameHeaders, size: number, action: () => void): void {
    const transaction = headers.get('transaction');
    if (transaction === undefined) action();
    else this.#transactions.add(transaction, size, action);
  }
}

function required(headers: FrameHeaders, name: string): string {
  const value = headers.get(name);
  if (value === undefined) throw new StompError(`no ${name}`);
  return value;
}
