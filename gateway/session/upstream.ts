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

/** Takes the frames of requests into the inbox, and delays answers while that is full. */
export class Upstream {
  readonly #owner: InboxOwner;
  readonly #context: UpstreamContext;
  readonly #inbox: Inbox;
  /** Absent until the first has to wait: few sessions ever have one. */
  #delayed: DelayedRequests | undefined;

  constructor(owner: InboxOwner, context: UpstreamContext) {
    this.#owner = owner;
    this.#context = context;
    this.#inbox = new Inbox(owner, context.limits.inbox, context.maxMessage);
  }

  /** Number of the last frame received from the client in unbroken order. */
  get received(): number {
    return this.#inbox.received;
  }

  /** Bytes that all of it occupies. */
  get bytes(): number {
    return this.#inbox.bytes + (this.#delayed?.bytes ?? 0);
  }

  /** Requests whose answers wait. */
  get delayed(): number {
    return this.#delayed?.count ?? 0;
  }

  /** Throws a `RequestError` if no frames can be taken now, and does nothing. */
  checkRoom(): void {
    const { limits, policy } = this.#context;
    if (this.#inbox.full) {
      // A client that does not repeat has to wait until it is answered.
      if (policy.untaken === 'lost') throw oneAtATime();
      if (this.delayed >= limits.maxDelayed) throw new RequestError('GW_DELAYED');
    }
    if (this.#isShortOfMemory) throw new RequestError('GW_MEMORY');
  }

  get #isShortOfMemory(): boolean {
    return this.#inbox.isHolding && !this.#owner.hasRoom(this.#context.limits.inbox);
  }

  /** Takes frames as far as there is room. True: the answer must wait, so call `delay`. */
  take(arrivals: readonly Arrival[]): boolean {
    const wasFull = this.#inbox.full;
    if (this.#context.policy.untaken === 'lost') this.#inbox.putAll(arrivals);
    else if (!wasFull) this.#inbox.put(arrivals);
    return this.#inbox.full && arrivals.length > 0;
  }

  /** Takes frames as far as there is room. The client sends the others again. */
  takeWhatFits(arrivals: readonly Arrival[]): void {
    if (!this.#isShortOfMemory) this.#inbox.put(arrivals);
  }

  /**
   * Calls `answer` when there is room again, or after the longest delay. `isSocket`: the carrier is
   * a WebSocket, on which an answer keeps nothing else from being sent.
   */
  delay(arrivals: readonly Arrival[], isSocket: boolean, answer: () => void): void {
    const { clock, limits, policy } = this.#context;
    const longest = isSocket ? limits.heartbeat : Math.min(limits.heartbeat, LONGEST_DELAY);
    this.#delayed ??= new DelayedRequests(this.#inbox, 2 * limits.inbox, clock);
    if (policy.untaken === 'lost') this.#delayed.hold(answer);
    else this.#delayed.add(arrivals, longest, answer);
  }

  hold(): void {
    this.#inbox.hold();
  }

  release(): void {
    this.#inbox.release();
  }

  /** Nothing goes to the backend any more. */
  stop(): void {
    this.#inbox.stop();
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
