import type { Clock } from '../../base/clock.ts';
import { detached } from '../../base/detached.ts';
import type { FrameHeaders } from '../frame.ts';
import type { Rights } from '../rights.ts';
import { limitError, StompError } from '../stomp-error.ts';
import type { Version } from '../version.ts';
import type { Destinations } from './destinations.ts';
import type { BrokerOptions } from './options.ts';
import { Publication, readAckId } from './publication.ts';
import { ACK_MODES, type Subscriber, Subscription } from './subscription.ts';
import { type Action, type Transaction, Transactions } from './transactions.ts';

/** Bytes that the id of a subscription or transaction may have: each MESSAGE frame repeats it. */
const MAX_ID = 1024;

/** Milliseconds that a COMMIT may take in one turn of the event loop. */
const COMMIT_SLICE = 4;

/** What carries out the commands of one connection. */
export interface CommandContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly destinations: Destinations;
  readonly subscriber: Subscriber;
  readonly version: Version;
  /** Each must allow a destination. */
  readonly rights: readonly Rights[];
  /** Reads no further command until `resume`. */
  pause(): void;
  resume(): void;
  /** Something went wrong after `obey` had returned. */
  fail(error: unknown): void;
}

/** Carries out the commands of a connected client. Holds its subscriptions and transactions. */
export class Commands {
  readonly #context: CommandContext;
  /** By `id`; in 1.0, where the id is optional, by destination. */
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #transactions: Transactions;
  readonly #actions: Readonly<Record<string, (headers: FrameHeaders, body: Buffer) => void>> = {
    SEND: (headers, body) => this.#send(headers, body),
    SUBSCRIBE: (headers) => this.#subscribe(headers),
    UNSUBSCRIBE: (headers) => this.#unsubscribe(headers),
    ACK: (headers) => this.#settle(headers, true),
    NACK: (headers) => this.#settle(headers, false),
    BEGIN: (headers) => this.#transactions.begin(requiredId(headers, 'transaction')),
    ABORT: (headers) => this.#transactions.abort(required(headers, 'transaction')),
    DISCONNECT: () => {},
  };

  constructor(context: CommandContext) {
    this.#context = context;
    this.#transactions = new Transactions(context.options, context.subscriber.account);
  }

  /**
   * Does what a frame says, and calls `done` when that is finished: for a long COMMIT later, with
   * the connection paused until then. Throws a `StompError` if it cannot be done.
   */
  obey(command: string, headers: FrameHeaders, body: Buffer, done: () => void): void {
    if (command === 'COMMIT') {
      this.#commit(required(headers, 'transaction'), done);
      return;
    }
    const act = this.#actions[command];
    if (act === undefined) throw new StompError('GW_STOMP_COMMAND', 'connected already');
    for (const rights of this.#context.rights) rights.check(command, headers);
    act(headers, body);
    done();
  }

  /** The connection takes more again. */
  wake(): void {
    for (const subscription of this.#subscriptions.values()) subscription.wake();
  }

  /** The connection has ended. */
  end(): void {
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of subscriptions) subscription.end();
  }

  #send(headers: FrameHeaders, body: Buffer): void {
    const { destinations } = this.#context;
    const publication = destinations.compose(headers, body);
    const transaction = headers.get('transaction');
    if (transaction !== undefined) {
      this.#transactions.add(transaction, publication);
      return;
    }
    destinations.publish(publication);
    if (destinations.isBusy) this.#waitForDeliveries(() => this.#context.resume());
  }

  #subscribe(headers: FrameHeaders): void {
    const { options, destinations, subscriber, version } = this.#context;
    const given = version === '1.0' ? optionalId(headers, 'id') : requiredId(headers, 'id');
    const id = given === undefined ? undefined : detached(given);
    const destination = headers.get('destination');
    const ack = headers.get('ack') ?? 'auto';
    const mode = ACK_MODES.find((known) => known === ack);
    if (mode === undefined) throw new StompError('GW_STOMP_COMMAND', `ack is one of ${ACK_MODES.join(', ')}`);
    const key = id ?? detached(destination ?? '');
    if (this.#subscriptions.has(key)) {
      throw new StompError('GW_STOMP_COMMAND', 'the subscription is there already', {
        fields: { destination },
      });
    }
    if (this.#subscriptions.size >= options.maxSubscriptions) {
      throw limitError('too many subscriptions', 'stomp.maxSubscriptions', { destination });
    }
    const source = destinations.sourceAt(destination);
    const subscription = new Subscription(
      source,
      subscriber,
      { version, id },
      mode,
      options.maxUnacknowledged,
    );
    this.#subscriptions.set(key, subscription);
    subscription.begin();
  }

  #unsubscribe(headers: FrameHeaders): void {
    const isOld = this.#context.version === '1.0';
    const key = headers.get('id') ?? (isOld ? headers.get('destination') : undefined) ?? '';
    const subscription = this.#subscriptions.get(key);
    if (subscription === undefined) throw new StompError('GW_STOMP_COMMAND', 'no such subscription');
    this.#subscriptions.delete(key);
    subscription.end();
  }

  #settle(headers: FrameHeaders, isAccepted: boolean): void {
    if (!isAccepted && this.#context.version === '1.0') {
      throw new StompError('GW_STOMP_COMMAND', '1.0 has no NACK');
    }
    const { subscription, sequence } = this.#delivered(headers);
    const action = { subscription, sequence, isAccepted };
    const transaction = headers.get('transaction');
    if (transaction === undefined) this.#carryOut(action);
    else this.#transactions.add(transaction, action);
  }

  /**
   * The message that an ACK or NACK is about, and its subscription. In 1.2 `id` names both. Before,
   * `message-id` names the message, and in 1.1 `subscription` the subscription.
   */
  #delivered(headers: FrameHeaders): { sequence: number; subscription: Subscription } {
    const named =
      this.#context.version === '1.2'
        ? readAckId(required(headers, 'id'))
        : { message: required(headers, 'message-id'), subscription: headers.get('subscription') };
    const sequence = this.#context.destinations.ids.parse(named.message);
    const subscription = sequence === undefined ? undefined : this.#holderOf(sequence, named.subscription);
    if (sequence === undefined || subscription === undefined) {
      throw new StompError('GW_STOMP_COMMAND', 'no such message waits to be acknowledged');
    }
    return { sequence, subscription };
  }

  #holderOf(sequence: number, id: string | undefined): Subscription | undefined {
    if (id !== undefined) {
      const subscription = this.#subscriptions.get(id);
      return subscription?.has(sequence) ? subscription : undefined;
    }
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.has(sequence)) return subscription;
    }
    return undefined;
  }

  /** Everything fits, or nothing is done. */
  #commit(id: string, done: () => void): void {
    const transaction = this.#transactions.take(id);
    this.#context.destinations.check(transaction.actions.filter(isPublication));
    this.#carryOutFrom(transaction, 0, done);
  }

  /** Carries out the actions from index `from` on, for a few milliseconds at a time. */
  #carryOutFrom(transaction: Transaction, from: number, done: () => void): void {
    const { clock, destinations } = this.#context;
    const { actions } = transaction;
    const end = clock.now() + COMMIT_SLICE;
    for (let index = from; index < actions.length; ) {
      this.#carryOut(actions[index++] as Action);
      const goOn = (): void => {
        try {
          this.#carryOutFrom(transaction, index, done);
        } catch (error) {
          this.#context.fail(error);
        }
      };
      if (destinations.isBusy) {
        this.#waitForDeliveries(goOn);
        return;
      }
      if (index < actions.length && clock.now() >= end) {
        this.#context.pause();
        setImmediate(goOn);
        return;
      }
    }
    this.#transactions.release(transaction);
    done();
    this.#context.resume();
  }

  #carryOut(action: Action): void {
    if (isPublication(action)) this.#context.destinations.publish(action, true);
    else if (action.isAccepted) action.subscription.acknowledge(action.sequence);
    else action.subscription.reject(action.sequence);
  }

  #waitForDeliveries(goOn: () => void): void {
    this.#context.pause();
    this.#context.destinations.whenIdle(goOn);
  }
}

function isPublication(action: Action): action is Publication {
  return action instanceof Publication;
}

function required(headers: FrameHeaders, name: string): string {
  const value = headers.get(name);
  if (value === undefined) throw new StompError('GW_STOMP_COMMAND', `no ${name}`);
  return value;
}

function requiredId(headers: FrameHeaders, name: string): string {
  required(headers, name);
  return optionalId(headers, name) as string;
}

function optionalId(headers: FrameHeaders, name: string): string | undefined {
  const id = headers.get(name);
  if (id !== undefined && id.length > MAX_ID) throw new StompError('GW_STOMP_COMMAND', `${name} too long`);
  return id;
}
