import type { Clock } from '../base/clock.ts';
import { RequestError } from '../base/errors.ts';
import type { Channel, Receiver } from '../channel/channel.ts';
import { CloseCode, type CloseStatus } from '../protocol/close.ts';
import type { Entry } from '../protocol/delivery.ts';
import { fragment } from '../protocol/fragment.ts';
import type { Message } from '../protocol/message.ts';
import { type Arrival, MalformedError, type Unit } from '../protocol/unit.ts';
import { Alarm, type AlarmOwner } from './alarm.ts';
import type { Carrier, CarrierOwner } from './carrier.ts';
import { DelayedRequests } from './delayed-requests.ts';
import { Inbox, type InboxOwner } from './inbox.ts';
import { Outbox } from './outbox.ts';
import type { SessionLimits, SessionPolicy } from './policy.ts';

/**
 * Where a session is in its life.
 *
 * | state    | meaning                                                      | ends by itself after |
 * |----------|--------------------------------------------------------------|----------------------|
 * | created  | the client knows the token, no downstream has come yet       | `attachTimeout`      |
 * | attached | a downstream is there                                        | (it is dropped after `silence`) |
 * | detached | between two downstreams                                      | `window`       |
 * | ending   | the end is in the outbox, the client has not acknowledged it | `window`       |
 * | ended    | forgotten                                                    |                      |
 */
export type SessionState = 'created' | 'attached' | 'detached' | 'ending' | 'ended';

/**
 * Milliseconds that the answer to a request may wait: in an engine of two connections to a host, of which a downstream has one, it keeps the requests of the
 * page's other sockets from being sent. Two of them are less than the shim gives a `create`.
 */
const LONGEST_DELAY = 1000;

/** Who a session belongs to. */
export interface SessionIdentity {
  /** The key to the session, known to its client alone. */
  readonly token: string;
  /** Path of the route it was opened on. */
  readonly route: string;
  /** The page's origin. */
  readonly origin: string;
  /** The subprotocol that the backend selected. */
  readonly protocol: string;
  /** `Set-Cookie` fields of the backend's answer. */
  readonly cookies: readonly string[];
}

/** What a session needs of its surroundings. */
export interface SessionContext {
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly policy: SessionPolicy;
  /** Bytes of one message from the client. */
  readonly maxMessage: number;
}

/**
 * A WebSocket connection that outlives the HTTP requests under it: a `Channel` towards the backend, and on the other side whatever
 * carrier the client has attached last. PROTOCOL.md §5, §6, §8 and §9.
 */
export class Session implements Channel, CarrierOwner, InboxOwner, AlarmOwner {
  readonly identity: SessionIdentity;
  readonly #context: SessionContext;
  readonly #ended: () => void;
  readonly #inbox: Inbox;
  readonly #outbox = new Outbox();
  #state: SessionState = 'created';
  #receiver: Receiver | undefined;
  /** The receiver was told `closed`, or asked for it. */
  #receiverDone = false;
  #carrier: Carrier | undefined;
  /** Number of the newest attach. */
  #attachNumber = 0;
  /** Number of the next entry to write on the present carrier. */
  #cursor = 1;
  #writable = true;
  #flushing = false;
  /** Highest acknowledgement that went out on the present downstream. */
  #lastAckSent = 0;
  /** `send` has answered false. */
  #pressed = false;
  /** Absent until the first has to wait: few sessions ever have one. */
  #delayed: DelayedRequests | undefined;
  /** When the state was entered, the client was heard, the carrier was written on: ms of the clock. */
  #since: number;
  #heard: number;
  #wrote: number;
  readonly #alarm: Alarm;

  /** `ended` is called once, when the session is to be forgotten. */
  constructor(identity: SessionIdentity, context: SessionContext, ended: () => void) {
    this.identity = identity;
    this.#ended = ended;
    this.#context = context;
    this.#inbox = new Inbox(this, context.limits.inbox, context.maxMessage);
    this.#since = this.#heard = this.#wrote = context.clock.now();
    this.#alarm = new Alarm(context.clock, this);
    this.#alarm.look();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** A downstream has come at least once. */
  get wasAttached(): boolean {
    return this.#attachNumber > 0;
  }

  /** The client's downstream has had the end, and can be told no more than that again. */
  get hasDeliveredClose(): boolean {
    const isWritten = this.#context.policy.delivered === 'written' && this.#cursor > this.#outbox.last;
    return this.#state === 'ending' && isWritten;
  }

  /** Number of the last frame received from the client in unbroken order. */
  get received(): number {
    return this.#inbox.received;
  }

  // --- towards the backend ---

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  send(message: Message): boolean {
    if (this.#isOver()) return true;
    const { fragment: limit, outbox, maxBuffered } = this.#context.limits;
    if (message.size <= limit) this.#outbox.push({ message, more: false, close: undefined });
    else this.#pushFragments(fragment(message, limit));
    this.#wake();
    if (this.#outbox.bytes < outbox) return true;
    this.#pressed = true;
    if (this.#outbox.bytes >= maxBuffered)
      this.shut({ code: CloseCode.tryAgainLater, reason: 'too much unread' });
    return false;
  }

  close(status: CloseStatus): void {
    this.#receiverDone = true;
    if (this.#isOver()) return;
    this.#outbox.push({ message: undefined, more: false, close: status });
    this.#inbox.stop();
    this.#delayed?.settleAll();
    this.#enter('ending');
    this.#wake();
  }

  pause(): void {
    this.#inbox.hold();
  }

  resume(): void {
    this.#inbox.release();
    this.#delayed?.settle();
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** Closes both sides with the same status: a bound was exceeded, or the gateway goes down. */
  shut(status: CloseStatus): void {
    this.#tellClosed(status);
    this.close(status);
  }

  // --- from the client ---

  /** Throws as `accept` would, and does nothing. */
  check(unit: Unit): void {
    if (unit.ack > this.#outbox.last) throw new MalformedError('acknowledges what was not sent');
    if (this.#mustWait(unit) && (this.#delayed?.count ?? 0) >= this.#context.limits.delayed) {
      throw new RequestError('GW_DELAYED');
    }
  }

  accept(unit: Unit, answer: (ack: number) => void): void {
    this.check(unit);
    const mustWait = this.#mustWait(unit);
    this.#heard = this.#context.clock.now();
    if (unit.ack >= this.#outbox.first) this.#acknowledge(unit.ack);
    if (!mustWait) this.#inbox.put(unit.arrivals);
    if (unit.leaving) this.abandon();
    if (this.#mustWait(unit) && this.#state !== 'ended') this.#delay(unit.arrivals, answer);
    else this.#answer(answer);
  }

  #delay(arrivals: readonly Arrival[], answer: (ack: number) => void): void {
    const { heartbeat } = this.#context.limits;
    const longest = this.#carrier?.acknowledges === true ? heartbeat : Math.min(heartbeat, LONGEST_DELAY);
    this.#theDelayed().add(arrivals, longest, () => this.#answer(answer));
  }

  #theDelayed(): DelayedRequests {
    const { clock, limits } = this.#context;
    this.#delayed ??= new DelayedRequests(this.#inbox, 2 * limits.inbox, clock);
    return this.#delayed;
  }

  #mustWait(unit: Unit): boolean {
    return this.#inbox.full && unit.arrivals.length > 0;
  }

  #answer(answer: (ack: number) => void): void {
    answer(this.#inbox.received);
    if (this.#carrier?.acknowledges) this.#wake();
  }

  /** The backend has not taken what it was given: nothing more should be taken from the client. */
  get full(): boolean {
    return this.#inbox.full;
  }

  /**
   * Takes messages of a client that does not number them: they come once, so all are taken. `answer` is called when there is room for more.
   */
  take(messages: readonly Message[], answer: () => void): void {
    for (const message of messages) this.#inbox.add(message);
    if (!this.#inbox.full) {
      answer();
      return;
    }
    this.#theDelayed().hold(answer);
  }

  attachCarrier(carrier: Carrier, n: number, ack: number): void {
    if (this.#state === 'ended') {
      carrier.end('gone');
      return;
    }
    if (n < this.#attachNumber) {
      carrier.end('superseded');
      return;
    }
    if (this.#carrier !== undefined && this.#context.policy.second === 'refused') {
      carrier.end('refused');
      return;
    }
    const older = this.#carrier;
    this.#attachNumber = n;
    this.#carrier = carrier;
    this.#writable = true;
    this.#lastAckSent = 0;
    // A repeated request may say less than was acknowledged since.
    this.#cursor = Math.max(ack + 1, this.#outbox.first);
    this.#wrote = this.#heard = this.#context.clock.now();
    if (this.#state !== 'ending') this.#enter('attached');
    older?.end('superseded');
    if (!carrier.once) this.#deliver(carrier);
    else this.#wake();
  }

  detach(carrier: Carrier): void {
    if (carrier !== this.#carrier) return;
    this.#carrier = undefined;
    if (this.#state === 'attached') this.#enter('detached');
  }

  /** The carrier broke off, and nobody can say what of it arrived; without acknowledgements that is the end. */
  lost(carrier: Carrier): void {
    if (carrier === this.#carrier) this.abandon();
  }

  writable(carrier: Carrier): void {
    if (carrier !== this.#carrier) return;
    this.#writable = true;
    this.#wake();
  }

  /** The client asked again for what it was told before: it has its full time to attach. */
  renew(): void {
    if (this.#state === 'created') this.#enter('created');
  }

  /** The page is gone: nobody will come back. */
  abandon(): void {
    this.#tellClosed({ code: CloseCode.goingAway, reason: '' });
    this.#finish();
  }

  // --- what the inbox says ---

  arrived(message: Message): void {
    this.#receiver?.message(message);
  }

  closed(status: CloseStatus): void {
    this.#tellClosed(status);
  }

  failed(status: CloseStatus): void {
    this.shut(status);
  }

  // --- the way out ---

  #pushFragments(parts: readonly Message[]): void {
    const last = parts.length - 1;
    parts.forEach((part, i) => {
      this.#outbox.push({ message: part, more: i < last, close: undefined });
    });
  }

  /** Writes soon: all that is sent in one turn of the event loop goes out in one piece. */
  #wake(): void {
    if (this.#flushing || this.#carrier === undefined || !this.#writable) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const carrier = this.#carrier;
    if (carrier === undefined || !this.#writable) return;
    const pending = this.#cursor <= this.#outbox.last;
    if (!pending && !(carrier.acknowledges && this.#lastAckSent < this.#inbox.received)) return;
    this.#deliver(carrier);
  }

  #deliver(carrier: Carrier): void {
    const first = this.#cursor;
    const entries = this.#outbox.from(first, carrier.room);
    if (carrier.once && this.#context.policy.delivered === 'written') leaveEnd(entries);
    // An echo must not overtake the acknowledgement of what it answers, or `bufferedAmount` would be wrong in its event.
    const ack = this.#lastAckSent < this.#inbox.received ? this.#inbox.received : -1;
    this.#cursor = first + entries.length;
    this.#lastAckSent = this.#inbox.received;
    this.#wrote = this.#context.clock.now();
    if (carrier.once) this.detach(carrier);
    this.#writable = carrier.deliver({ first, entries, ack });
    if (this.#context.policy.delivered === 'written') this.#forgetWritten();
    if (this.#writable && this.#cursor <= this.#outbox.last) this.#wake();
  }

  /** Only the end stays, and is told to every downstream that still comes. */
  #forgetWritten(): void {
    const { last } = this.#outbox;
    this.#acknowledge(Math.min(this.#cursor - 1, this.#state === 'ending' ? last - 1 : last));
  }

  #acknowledge(number: number): void {
    const { first } = this.#outbox;
    this.#outbox.acknowledge(number);
    if (this.#cursor <= number) this.#cursor = number + 1;
    if (this.#state === 'ending' && this.#outbox.last === number) {
      this.#finish();
      return;
    }
    // Whoever still reads what is before the end is waited for.
    if (this.#state === 'ending' && this.#outbox.first > first) this.#since = this.#context.clock.now();
    if (!this.#pressed || this.#outbox.bytes > this.#context.limits.outbox / 2) return;
    this.#pressed = false;
    // Also behind the client's close: the backend's answer comes behind all that it had to say.
    if (!this.#isOver()) this.#receiver?.drained();
  }

  // --- the end ---

  #isOver(): boolean {
    return this.#state === 'ending' || this.#state === 'ended';
  }

  #tellClosed(status: CloseStatus): void {
    if (this.#receiverDone) return;
    this.#receiverDone = true;
    this.#inbox.stop();
    this.#receiver?.closed(status);
  }

  #finish(): void {
    if (this.#state === 'ended') return;
    this.#enter('ended');
    this.#alarm.stop();
    this.#delayed?.settleAll();
    const carrier = this.#carrier;
    this.#carrier = undefined;
    carrier?.end('gone');
    this.#ended();
  }

  // --- time ---

  #enter(state: SessionState): void {
    this.#state = state;
    this.#since = this.#context.clock.now();
    if (state !== 'ended') this.#alarm.look();
  }

  due(): number {
    const { attachTimeout, window, heartbeat, silence } = this.#context.limits;
    if (this.#state === 'created') return this.#since + attachTimeout;
    const end = this.#state === 'attached' ? Number.POSITIVE_INFINITY : this.#since + window;
    if (this.#carrier === undefined) return end;
    return Math.min(end, this.#wrote + heartbeat, this.#heard + silence);
  }

  act(now: number): void {
    const { heartbeat, silence, window } = this.#context.limits;
    const expired = this.#state !== 'attached' && (this.#state === 'created' || this.#since + window <= now);
    if (expired) {
      this.abandon();
      return;
    }
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    if (this.#heard + silence <= now) {
      this.detach(carrier);
      carrier.end('recycled');
      return;
    }
    if (this.#wrote + heartbeat > now) return;
    this.#wrote = now;
    if (carrier.once) this.detach(carrier);
    carrier.heartbeat();
  }
}

/** Who has one frame for all has none for the end behind messages: the next one is told. */
function leaveEnd(entries: Entry[]): void {
  if (entries.length > 1 && entries.at(-1)?.close !== undefined) entries.pop();
}
