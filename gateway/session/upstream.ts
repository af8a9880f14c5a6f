import type { Clock } from '../base/clock.ts';
import { oneAtATime, RequestError } from '../base/errors.ts';
import type { Arrival } from '../protocol/unit.ts';
import { DelayedRequests } from './delayed-requests.ts';
import { Inbox, type InboxOwner } from './inbox.ts';
import type { SessionLimits } from './limits.ts';
import type { SessionPolicy } from './policy.ts';

/**
 * Milliseconds that the answer to a request may wait. In an engine of two connections to a host, of
 * which a downstream has one, it keeps the requests of the page's other sockets from being sent.
 * Two of them are less than the shim gives a `create`.
 */
const LONGEST_DELAY = 1000;

/** What the upstream of a session needs of its surroundings. */
export interface UpstreamContext {
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly policy: SessionPolicy;
  /** Bytes of one message from the client. */
  readonly maxMessage: number;
}

/** The inbox of a session, which delays the answers to requests while it is full. */
export class Upstream extends Inbox {
  readonly #context: UpstreamContext;
  /** Absent until the first has to wait: few sessions ever have one. */
  #delayed: DelayedRequests | undefined;

  constructor(owner: InboxOwner, context: UpstreamContext) {
    super(owner, context.limits.inbox, context.maxMessage);
    this.#context = context;
  }

  override get bytes(): number {
    return super.bytes + (this.#delayed?.bytes ?? 0);
  }

  /** Requests whose answers wait. */
  get delayed(): number {
    return this.#delayed?.count ?? 0;
  }

  /** Throws a `RequestError` if no frames can be taken now, and does nothing. */
  checkRoom(): void {
    const { limits, policy } = this.#context;
    if (this.full) {
      // A client that does not repeat has to wait until it is answered.
      if (policy.untaken === 'lost') throw oneAtATime();
      if (this.delayed >= limits.maxDelayed) throw new RequestError('GW_DELAYED');
    }
    if (this.#isShortOfMemory) throw new RequestError('GW_MEMORY');
  }

  get #isShortOfMemory(): boolean {
    return this.isHolding && !this.owner.hasRoom(this.#context.limits.inbox);
  }

  /** Takes frames as far as there is room. True: the answer must wait, so call `delay`. */
  take(arrivals: readonly Arrival[]): boolean {
    const wasFull = this.full;
    if (this.#context.policy.untaken === 'lost') this.putAll(arrivals);
    else if (!wasFull) this.put(arrivals);
    return this.full && arrivals.length > 0;
  }

  /** Takes frames as far as there is room. The client sends the others again. */
  takeWhatFits(arrivals: readonly Arrival[]): void {
    if (!this.#isShortOfMemory) this.put(arrivals);
  }

  /**
   * Calls `answer` when there is room again, or after the longest delay. `isSocket`: the carrier is
   * a WebSocket, on which an answer keeps nothing else from being sent.
   */
  delay(arrivals: readonly Arrival[], isSocket: boolean, answer: () => void): void {
    const { clock, limits, policy } = this.#context;
    const longest = isSocket ? limits.heartbeat : Math.min(limits.heartbeat, LONGEST_DELAY);
    this.#delayed ??= new DelayedRequests(this, 2 * limits.inbox, clock);
    if (policy.untaken === 'lost') this.#delayed.hold(answer);
    else this.#delayed.add(arrivals, longest, answer);
  }

  /** The inbox may have room again. */
  settle(): void {
    this.#delayed?.settle();
  }

  /** Answers every request that waits. */
  settleAll(): void {
    this.#delayed?.settleAll();
  }
}
