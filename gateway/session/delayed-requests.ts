import type { Clock, Timer } from '../base/clock.ts';
import type { Arrival } from '../protocol/unit.ts';
import { type Inbox, weighAll } from './inbox.ts';

/** A request whose answer waits until the backend takes more. */
interface Delayed {
  /** What of it was not taken yet. */
  readonly arrivals: readonly Arrival[];
  /** Bytes that those occupy. */
  readonly weight: number;
  readonly answer: () => void;
  readonly timer: Timer;
}

/** Requests that wait for room in the inbox of their session (PROTOCOL.md §5). */
export class DelayedRequests {
  /** Bytes that all frames kept here occupy. */
  bytes = 0;
  readonly #inbox: Inbox;
  readonly #bound: number;
  readonly #clock: Clock;
  #requests: Delayed[] = [];

  /** `bound`: bytes that may be kept of one request. Of a longer one nothing is kept. */
  constructor(inbox: Inbox, bound: number, clock: Clock) {
    this.#inbox = inbox;
    this.#bound = bound;
    this.#clock = clock;
  }

  get count(): number {
    return this.#requests.length;
  }

  /** Delays a request for `longest` milliseconds at most. `answer` is called once. */
  add(arrivals: readonly Arrival[], longest: number, answer: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      const index = this.#requests.findIndex((delayed) => delayed.timer === timer);
      for (const { weight } of this.#requests.splice(index, 1)) this.bytes -= weight;
      answer();
    }, longest);
    const { received } = this.#inbox;
    const kept = arrivals.filter((arrival) => arrival.number > received);
    for (const { message } of kept) message?.keep();
    const weight = weighAll(kept);
    if (weight <= this.#bound) this.#push({ arrivals: kept, weight, answer, timer });
    else this.#push({ arrivals: [], weight: 0, answer, timer });
  }

  /** Delays a request of which everything is taken. */
  hold(answer: () => void): void {
    this.#push({ arrivals: [], weight: 0, answer, timer: undefined });
  }

  #push(delayed: Delayed): void {
    this.#requests.push(delayed);
    this.bytes += delayed.weight;
  }

  /** The inbox may have room again. */
  settle(): void {
    while (this.#requests.length > 0 && !this.#inbox.full) this.#end(this.#requests.shift() as Delayed);
  }

  /**
   * Answers all: the connection is over. Their frames are counted all the same, as the client must
   * not send them again.
   */
  settleAll(): void {
    for (const delayed of this.#requests.splice(0)) this.#end(delayed);
  }

  #end({ arrivals, weight, answer, timer }: Delayed): void {
    this.#clock.clearTimeout(timer);
    this.bytes -= weight;
    this.#inbox.put(arrivals);
    answer();
  }
}
