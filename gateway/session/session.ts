import type { DowngradeReason } from '../base/downgrades.ts';
import type { MemoryAccount, MemoryBudget } from '../base/memory-budget.ts';
import type { Channel, Receiver } from '../channel/channel.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { fragment } from '../protocol/fragment.ts';
import type { Message } from '../protocol/message.ts';
import { Meter } from '../protocol/meter.ts';
import { MalformedError, type Unit } from '../protocol/unit.ts';
import type { Carrier, CarrierEnd, CarrierOwner } from './carrier.ts';
import { Downstream, type DownstreamOwner } from './downstream.ts';
import type { SessionIdentity } from './identity.ts';
import type { InboxOwner } from './inbox.ts';
import { Lifetime, type LifetimeOwner } from './lifetime.ts';
import { Outbox } from './outbox.ts';
import { type ClosedBy, SessionLog, type SessionLogContext } from './session-log.ts';
import type { SessionState } from './state.ts';
import { Upstream, type UpstreamContext } from './upstream.ts';

/** What a session needs of its surroundings. */
export interface SessionContext extends UpstreamContext, SessionLogContext {
  /** Counts what is held for the client. */
  readonly memory: MemoryBudget;
}

/** What a session holds, for who counts all of them. */
export interface SessionHoldings {
  /** Name of the transport that carried it last; `none` before its first downstream. */
  readonly transport: string;
  /** Bytes for the client. */
  readonly outbox: number;
  /** Bytes for the backend. */
  readonly inbox: number;
  /** Requests whose answers wait. */
  readonly delayed: number;
}

/**
 * A WebSocket connection that outlives the HTTP requests under it: a `Channel` towards the backend,
 * and on the other side the carrier that the client attached last. PROTOCOL.md §5, §6, §8 and §9.
 */
export class Session implements Channel, CarrierOwner, InboxOwner, DownstreamOwner, LifetimeOwner {
  readonly identity: SessionIdentity;
  readonly #context: SessionContext;
  readonly #ended: (session: Session) => void;
  readonly #account: MemoryAccount;
  readonly #log: SessionLog;
  readonly #upstream: Upstream;
  readonly #outbox = new Outbox();
  readonly #downstream: Downstream;
  readonly #life: Lifetime;
  /** Absent: the client may send as much as it likes. */
  readonly #meter: Meter | undefined;
  #receiver: Receiver | undefined;
  /** `closed` of the receiver was called, or the receiver called `close`. */
  #receiverDone = false;
  /** `send` has returned false. */
  #pressed = false;

  /** `ended` is called once, when the session is to be forgotten. */
  constructor(identity: SessionIdentity, context: SessionContext, ended: (session: Session) => void) {
    const { clock, limits, memory } = context;
    this.identity = identity;
    this.#ended = ended;
    this.#context = context;
    this.#account = memory.account(identity.address);
    this.#log = new SessionLog(identity, context);
    this.#upstream = new Upstream(this, context);
    this.#downstream = new Downstream(this, this.#outbox, context);
    this.#life = new Lifetime(this, this.#downstream, limits, clock, this.#log);
    this.#meter = Meter.of(limits.rates, clock);
    this.#log.opened();
  }

  get state(): SessionState {
    return this.#life.state;
  }

  /** Why its client has nothing better, as far as is known before its first carrier. */
  get downgraded(): DowngradeReason | undefined {
    return this.#log.expected;
  }

  /** A downstream has come at least once. */
  get wasAttached(): boolean {
    return this.#downstream.attachNumber > 0;
  }

  /** The end was written to a client that cannot acknowledge it: nothing else is left to do. */
  get hasDeliveredClose(): boolean {
    const isWritten = this.#context.policy.delivered === 'written' && this.#downstream.isAllWritten;
    return this.state === 'ending' && isWritten;
  }

  /** Number of the last frame received from the client in unbroken order. */
  get received(): number {
    return this.#upstream.received;
  }

  /** What it holds now. Bytes are by weight. */
  get holdings(): SessionHoldings {
    return {
      transport: this.#log.transport,
      outbox: this.#outbox.bytes + this.#downstream.preparedBytes,
      inbox: this.#upstream.bytes,
      delayed: this.#upstream.delayed,
    };
  }

  // --- towards the backend ---

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  send(message: Message): boolean {
    if (this.#life.isOver) return true;
    const { fragment: limit, outbox, maxBuffered } = this.#context.limits;
    this.#log.sent(message);
    if (message.size <= limit) this.#outbox.message(message);
    else this.#outbox.fragments(message, fragment(message, limit));
    this.#downstream.wake();
    this.#countMemory();
    if (this.#outbox.bytes < outbox && this.hasRoom(0)) return true;
    // A backend that goes on without waiting would fill the memory of all.
    const bound = this.#pressed && !this.hasRoom(0) ? outbox : maxBuffered;
    if (!this.#pressed) this.#downstream.requestAck();
    this.#pressed = true;
    if (this.#outbox.bytes >= bound) this.shut(CLOSES.tooMuchUnread);
    return false;
  }

  close(status: CloseStatus): void {
    this.#receiverDone = true;
    if (this.#life.isOver) return;
    this.#log.closing('backend', status);
    this.#outbox.close(status);
    this.#upstream.stop();
    this.#upstream.settleAll();
    this.#countMemory();
    this.#life.enter('ending');
    this.#downstream.wake();
  }

  pause(): void {
    this.#upstream.hold();
  }

  resume(): void {
    this.#upstream.release();
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** Closes both sides with the same status, as a bound was exceeded or the gateway goes down. */
  shut(status: CloseStatus): void {
    this.#tellClosed('gateway', status);
    this.close(status);
  }

  // --- from the client ---

  /** Throws a `MalformedError` as `accept` would, and does nothing. */
  check(unit: Unit): void {
    if (unit.ack > this.#outbox.last) throw new MalformedError('acknowledges what was not sent');
  }

  /** Throws a `RequestError` if no messages can be taken now, and does nothing. */
  checkRoom(): void {
    this.#upstream.checkRoom();
  }

  /**
   * Acts on the unit of a request that has an answer of its own. `answer` is called with the number
   * to acknowledge: at once, or, while the backend takes no more, when there is room or the longest
   * delay is over. Throws a `MalformedError` or `RequestError`, and then nothing has taken effect.
   */
  accept(unit: Unit, answer: (ack: number) => void): void {
    this.check(unit);
    const { arrivals } = unit;
    // What a client will not send again is taken in any case: for each of its requests, call
    // `checkRoom` before anything of it is taken.
    if (arrivals.length > 0 && this.#context.policy.untaken === 'repeated') this.checkRoom();
    this.#hear(unit);
    const mustWait = this.#upstream.take(arrivals);
    if (unit.pageGone) this.abandon('client');
    if (mustWait && this.state !== 'ended') {
      const isSocket = this.#downstream.carrier?.acknowledges === true;
      this.#upstream.delay(arrivals, isSocket, () => this.#answer(answer));
      this.#log.delayed(this.#upstream.delayed);
    } else this.#answer(answer);
    this.#countMemory();
  }

  acceptCarried(unit: Unit): void {
    this.check(unit);
    this.#hear(unit);
    if (unit.arrivals.length > 0) {
      this.#upstream.takeWhatFits(unit.arrivals);
      this.#downstream.owesAck = true;
    }
    if (unit.pageGone) this.abandon('client');
    this.#wakeSocket();
    this.#countMemory();
  }

  /** The client lives, and says what it has. */
  #hear({ ack }: Unit): void {
    this.#life.heard();
    if (ack >= this.#outbox.first) this.#acknowledge(ack);
  }

  #answer(answer: (ack: number) => void): void {
    answer(this.received);
    this.#wakeSocket();
  }

  /** On a WebSocket the acknowledgement is a frame of the downstream. */
  #wakeSocket(): void {
    if (this.#downstream.carrier?.acknowledges) this.#downstream.wake();
  }

  attachCarrier(carrier: Carrier, n: number, ack: number): void {
    const refusal = this.state === 'ended' ? 'gone' : this.#downstream.refusalOf(n);
    if (refusal !== undefined) {
      carrier.end(refusal);
      return;
    }
    const { cursor } = this.#downstream;
    const older = this.#downstream.attach(carrier, n, ack);
    if (cursor > this.#downstream.cursor) this.#log.replayed(cursor - this.#downstream.cursor);
    if (older !== undefined) this.#log.carrierEnded('superseded');
    this.#log.attached(carrier, n);
    this.#life.heard();
    if (this.state !== 'ending') this.#life.enter('attached');
    older?.end('superseded');
    this.#downstream.begin(carrier);
  }

  acknowledge(carrier: Carrier): void {
    if (carrier === this.#downstream.carrier) this.#downstream.acknowledge(carrier);
  }

  detach(carrier: Carrier): void {
    if (carrier === this.#downstream.carrier) this.#drop('gone');
  }

  #drop(why: CarrierEnd): void {
    this.#log.carrierEnded(why);
    this.#downstream.carrier = undefined;
    if (this.state === 'attached') this.#life.enter('detached');
  }

  /**
   * The carrier broke off, and it is not known how much arrived. A client that acknowledges comes
   * back and states it. For any other the session is over.
   */
  lost(carrier: Carrier): void {
    if (carrier !== this.#downstream.carrier) return;
    if (this.#context.policy.delivered === 'acknowledged') this.detach(carrier);
    else this.abandon('client');
  }

  writable(carrier: Carrier): void {
    if (carrier === this.#downstream.carrier) this.#downstream.takesMore();
  }

  /** The client repeated its `create`: it has its full time to attach. */
  renew(): void {
    if (this.state === 'created') this.#life.enter('created');
  }

  /** Ends the session at once: the client will not come back. */
  abandon(by: ClosedBy = 'gateway'): void {
    this.#tellClosed(by, CLOSES.goingAway);
    this.#finish();
  }

  // --- for the inbox ---

  arrived(message: Message): void {
    const excess = this.#meter?.take(1, message.size);
    if (excess !== undefined) {
      this.shut(excess);
      return;
    }
    this.#log.received(message);
    this.#receiver?.message(message);
  }

  closed(status: CloseStatus): void {
    this.#tellClosed('client', status);
  }

  released(): void {
    this.#upstream.settle();
    this.#countMemory();
  }

  hasRoom(bytes: number): boolean {
    return this.#account.hasRoom(bytes);
  }

  // --- for the downstream ---

  preparing(): void {
    this.#countMemory();
  }

  usedUp(): void {
    this.#drop('used up');
  }

  /** Where nothing is acknowledged, what was written is forgotten. Only the end is kept. */
  written(number: number): void {
    if (this.#context.policy.delivered !== 'written') return;
    const { last } = this.#outbox;
    this.#acknowledge(Math.min(number, this.state === 'ending' ? last - 1 : last));
  }

  #acknowledge(number: number): void {
    const { first, last } = this.#outbox;
    this.#outbox.acknowledge(number);
    this.#downstream.acknowledged(number);
    this.#countMemory();
    if (this.state === 'ending' && last === number) {
      this.#finish();
      return;
    }
    // A client that still reads the messages before the end keeps its session.
    if (this.state === 'ending' && this.#outbox.first > first) this.#life.enter('ending');
    if (!this.#pressed || this.#outbox.bytes > this.#context.limits.outbox / 2) return;
    this.#pressed = false;
    // Also behind the client's close: the backend's answer comes behind all that it had to send.
    if (!this.#life.isOver) this.#receiver?.drained();
  }

  // --- the end ---

  #tellClosed(by: ClosedBy, status: CloseStatus): void {
    this.#log.closing(by, status);
    if (this.#receiverDone) return;
    this.#receiverDone = true;
    this.#upstream.stop();
    this.#receiver?.closed(status);
  }

  #finish(): void {
    if (this.state === 'ended') return;
    this.#life.enter('ended');
    this.#upstream.settleAll();
    this.#account.close();
    const { carrier } = this.#downstream;
    this.#downstream.carrier = undefined;
    carrier?.end('gone');
    this.#log.closed(this.#life.age);
    this.#ended(this);
  }

  #countMemory(): void {
    this.#account.set(this.#upstream.bytes + this.#outbox.bytes + this.#downstream.preparedBytes);
  }

  // --- as time goes by ---

  settled(): void {
    this.#log.settled();
  }

  silent(): void {
    const { carrier } = this.#downstream;
    this.#drop('recycled');
    carrier?.end('recycled');
  }
}
