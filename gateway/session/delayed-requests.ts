import type { Clock, Timer } from '../base/clock.ts';
import type { Arrival } from '../protocol/unit.ts';
import { type Inbox, ownedArrival, weighAll } from './inbox.ts';

/** A request whose answer waits until the backend takes more. */
interface Delayed {
  /** What of it was not taken yet. */
  readonly arrivals: readonly Arrival[];
  readonly answer: () => void;
  readonly timer: Timer;
}

/** The requests of a session that wait for room in its inbox (PROTOCOL.md §5). Each is answered once. */
export class DelayedRequests {
  readonly #inbox: Inbox;
  readonly #bound: number;
  readonly #clock: Clock;
  #requests: Delayed[] = [];

  /** `bound`: bytes that are kept of one request, about; of more nothing is. */
  constructor(inbox: Inbox, bound: number, clock: Clock) {
    this.#inbox = inbox;
    this.#bound = bound;
    this.#clock = clock;
  }

  get count(): number {
    return this.#requests.length;
  }

  /** Has a request wait, `longest` milliseconds at most. Whoever answers says what the inbox has taken then. */
  add(arrivals: readonly Arrival[], longest: number, answer: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#requests = this.#requests.filter((delayed) => delayed.timer !== timer);
      answer();
    }, longest);
    const { received } = this.#inbox;
    const rest = arrivals.filter((arrival) => arrival.number > received);
    // Small frames take more memory than they have bytes: those that are too many for the bound are not kept, and the answer says so.
    const kept = weighAll(rest) <= this.#bound ? rest.map(ownedArrival) : [];
    this.#requests.push({ arrivals: kept, answer, timer });
  }

  /** Has whoever brought what is taken already wait until there is room for more. */
  hold(answer: () => void): void {
    this.#requests.push({ arrivals: [], answer, timer: undefined });
  }

  /** The inbox may have room again. */
  settle(): void {
    while (this.#requests.length > 0 && !this.#inbox.full) this.#end(this.#requests.shift() as Delayed);
  }

  /** Nobody wants them any more; they are counted all the same, as the client must not send them again. */
  settleAll(): void {
    for (const delayed of this.#requests.splice(0)) this.#end(delayed);
  }

  #end({ arrivals, answer, timer }: Delayed): void {
    this.#clock.clearTimeout(timer);
    this.#inbox.put(arrivals);
    answer();
  }
}
