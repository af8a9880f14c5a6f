import type { Clock } from '../base/clock.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Alarm } from './alarm.ts';
import type { Downstream } from './downstream.ts';
import type { SessionLimits } from './limits.ts';
import type { SessionLog } from './session-log.ts';
import { NEXT_STATES, type SessionState } from './state.ts';

/** Milliseconds after which a client has found its best carrier, or has none. */
const SETTLED = 5_000;

/** What happens to a session as time goes by. */
export interface LifetimeOwner {
  /** No downstream came in time. */
  abandon(): void;
  /** The session has reached its maximum age. */
  shut(status: CloseStatus): void;
  /** The client has had the time to find its best carrier. */
  settled(): void;
  /** The client has been silent for too long: its downstream is to be dropped. */
  silent(): void;
}

/** The state of a session, and everything that time does to it (PROTOCOL.md §8). */
export class Lifetime extends Alarm {
  readonly #owner: LifetimeOwner;
  readonly #downstream: Downstream;
  readonly #limits: SessionLimits;
  readonly #log: SessionLog;
  #state: SessionState = 'created';
  /** When the session was made, the state was entered, the client was heard: ms of the clock. */
  readonly #opened: number;
  #since: number;
  #heard: number;

  constructor(
    owner: LifetimeOwner,
    downstream: Downstream,
    limits: SessionLimits,
    clock: Clock,
    log: SessionLog,
  ) {
    super(clock);
    this.#owner = owner;
    this.#downstream = downstream;
    this.#limits = limits;
    this.#log = log;
    this.#opened = this.#since = this.#heard = clock.now();
    this.look();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The session sends nothing more than its end. */
  get isOver(): boolean {
    return this.#state === 'ending' || this.#state === 'ended';
  }

  /** Milliseconds since the session was made. */
  get age(): number {
    return this.clock.now() - this.#opened;
  }

  /** The only way from one state to another, or to the same with its time anew. */
  enter(state: SessionState): void {
    const before = this.#state;
    if (!NEXT_STATES[before].includes(state)) throw new Error(`a session went from ${before} to ${state}`);
    if (state !== before) this.#log.entered(state, before);
    this.#state = state;
    this.#since = this.clock.now();
    if (state === 'ended') this.stop();
    else this.look();
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#heard = this.clock.now();
  }

  protected override due(): number {
    const { attachTimeout } = this.#limits;
    if (this.#state === 'created') return this.#since + attachTimeout;
    const next = this.#dueNext();
    return this.#log.isSettled ? next : Math.min(next, this.#opened + SETTLED);
  }

  #dueNext(): number {
    const { heartbeat, silence, resumeWindow, maxSessionAge } = this.#limits;
    const mustClose = maxSessionAge > 0 && this.#state !== 'ending';
    const end = this.#state === 'attached' ? Number.POSITIVE_INFINITY : this.#since + resumeWindow;
    const last = mustClose ? Math.min(end, this.#opened + maxSessionAge) : end;
    if (this.#downstream.carrier === undefined) return last;
    const { wrote, ackBy = last } = this.#downstream;
    return Math.min(last, wrote + heartbeat, this.#heard + silence, ackBy);
  }

  protected override act(now: number): void {
    if (this.#state !== 'created' && !this.#log.isSettled && this.#opened + SETTLED <= now) {
      this.#owner.settled();
      if (this.due() > now) return;
    }
    const { heartbeat, silence, resumeWindow, maxSessionAge } = this.#limits;
    const isWaiting = this.#state === 'detached' || this.#state === 'ending';
    if (this.#state === 'created' || (isWaiting && this.#since + resumeWindow <= now)) {
      this.#owner.abandon();
      return;
    }
    if (maxSessionAge > 0 && !this.isOver && this.#opened + maxSessionAge <= now)
      this.#owner.shut(CLOSES.tooOld);
    const { carrier, wrote, ackBy } = this.#downstream;
    if (carrier === undefined) return;
    if (this.#heard + silence <= now) this.#owner.silent();
    else if (ackBy !== undefined && ackBy <= now) this.#downstream.acknowledge(carrier);
    else if (wrote + heartbeat <= now) this.#downstream.heartbeat(carrier);
  }
}
