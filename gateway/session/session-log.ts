import type { Clock } from '../base/clock.ts';
import {
  type ClosedConnection,
  type ConnectionClient,
  logClosed,
  logOpened,
} from '../base/connection-log.ts';
import type { RouteCounters, TransportCounters } from '../base/counters.ts';
import { DOWNGRADES, type DowngradeReason } from '../base/downgrades.ts';
import type { Log } from '../base/log.ts';
import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Carrier, CarrierEnd } from './carrier.ts';
import { Downgrade } from './downgrade.ts';
import type { SessionIdentity } from './identity.ts';
import { Moves } from './moves.ts';
import type { SessionPolicy } from './policy.ts';

/** Who ended a session. */
export type ClosedBy = ClosedConnection['by'];

/** What the log of a session needs of its surroundings. */
export interface SessionLogContext {
  readonly log: Log;
  readonly policy: SessionPolicy;
  readonly clock: Clock;
  /** Of the route. */
  readonly counters: RouteCounters;
}

/** Writes the life of one session to the log, and counts what it does. */
export class SessionLog {
  readonly #context: SessionLogContext;
  readonly #identity: SessionIdentity;
  /** Those of the transport that carried it last. */
  #transport: TransportCounters;
  /** Absent: the client's protocol has no better transport to come down from. */
  readonly #downgrade: Downgrade | undefined;
  /** The words that the log has, separated by commas. */
  #reasons = '';
  #isSettled = false;
  #messagesIn = 0;
  #bytesIn = 0;
  #messagesOut = 0;
  #bytesOut = 0;
  /** Absent while it had one carrier at most. */
  #moves: Moves | undefined;
  #whyItEnded: CarrierEnd | '' = '';
  #closed: { readonly by: ClosedBy; readonly status: CloseStatus } | undefined;

  constructor(identity: SessionIdentity, context: SessionLogContext) {
    this.#identity = identity;
    this.#context = context;
    this.#transport = context.counters.unattached;
    this.#downgrade = identity.approach && new Downgrade(identity.approach, context.clock);
  }

  /** Name of the transport that carried it last; `none` before its first downstream. */
  get transport(): string {
    return this.#transport.name;
  }

  opened(): void {
    const { id, protocol } = this.#identity;
    const {
      log,
      counters,
      policy: { dialect },
    } = this.#context;
    counters.opened(dialect === undefined ? 'fallback' : 'sockjs');
    logOpened(log.with({ route: this.#route }), {
      session: id,
      ...this.#client,
      transport: 'fallback',
      dialect,
      protocol,
    });
  }

  /** A message of the client went to the backend. */
  received(message: Message): void {
    const { up } = this.#transport;
    this.#messagesIn++;
    this.#bytesIn += message.size;
    up.messages++;
    up.bytes += message.size;
  }

  /** The backend sent a message. */
  sent(message: Message): void {
    const { down } = this.#transport;
    this.#messagesOut++;
    this.#bytesOut += message.size;
    down.messages++;
    down.bytes += message.size;
  }

  entered(state: string, before: string): void {
    if (this.#isDebugged) this.#debug('state', { from: before, to: state });
  }

  attached(carrier: Carrier, attach: number): void {
    const { name } = carrier;
    const { counters } = this.#context;
    const last = this.#lastCarrier;
    if (last !== undefined && this.#whyItEnded === 'gone') counters.resumes++;
    this.#downgrade?.attached(carrier);
    if (last !== name) this.#moved(last, name);
    if (this.#isSettled) this.#tellDowngrade();
    if (!this.#isDebugged) return;
    if (last === undefined || last === name) this.#debug('carrier attached', { carrier: name, attach });
    else this.#debug('carrier moved', { from: last, to: name, why: this.#whyItEnded, attach });
  }

  #moved(from: string | undefined, to: string): void {
    const { counters } = this.#context;
    this.#transport = counters.transport(to);
    if (from === undefined) {
      this.#transport.opens++;
      return;
    }
    counters.moved(from, to, this.#whyItEnded);
    this.#moves ??= new Moves(from);
    this.#moves.add(from, to, this.#whyItEnded);
  }

  /** Name of the carrier that was attached last; undefined before the first. */
  get #lastCarrier(): string | undefined {
    return this.#transport === this.#context.counters.unattached ? undefined : this.#transport.name;
  }

  /** The present carrier ended or is about to. */
  carrierEnded(why: CarrierEnd): void {
    this.#whyItEnded = why;
    this.#downgrade?.ended(why);
    const isWorthALine = why === 'superseded' || why === 'recycled';
    if (isWorthALine && this.#isDebugged) this.#debug(why, { carrier: this.#lastCarrier ?? '' });
  }

  /** So many frames are written again. */
  replayed(frames: number): void {
    this.#context.counters.replays += frames;
  }

  /** The word as far as it is known before the first carrier. */
  get expected(): DowngradeReason | undefined {
    return this.#downgrade?.expected;
  }

  /** Nothing is to be found out about the client's first carriers any more. */
  get isSettled(): boolean {
    return this.#isSettled || this.#downgrade === undefined;
  }

  /** The client has had the time to find its best carrier. */
  settled(): void {
    this.#isSettled = true;
    this.#tellDowngrade();
  }

  /** Each word once: a session that moves may get another. */
  #tellDowngrade(): DowngradeReason | undefined {
    const reason = this.#downgrade?.reason;
    if (reason === undefined || this.#reasons.split(',').includes(reason)) return reason;
    this.#reasons = this.#reasons === '' ? reason : `${this.#reasons},${reason}`;
    const { transport } = this;
    this.#context.counters.downgraded(transport, reason);
    this.#scoped().info('connection downgraded', { transport, reason, meaning: DOWNGRADES[reason].meaning });
    return reason;
  }

  delayed(count: number): void {
    this.#context.counters.delayed++;
    if (this.#isDebugged) this.#debug('request delayed', { delayed: count });
  }

  /** The first call decides who ended the session, and how. */
  closing(by: ClosedBy, status: CloseStatus): void {
    this.#closed ??= { by, status };
  }

  /** `duration` is in milliseconds. */
  closed(duration: number): void {
    const { by = 'gateway', status } = this.#closed ?? {};
    this.#context.counters.closed(status?.code, by, status?.reason ?? '');
    const downgraded = this.#tellDowngrade();
    const closed = {
      code: status?.code,
      by,
      // What a peer gives as its reason may be anything.
      ...(by === 'gateway' && status?.reason && { reason: status.reason }),
      carriers: this.#moves?.carriers ?? this.#lastCarrier ?? '',
      ...(this.#moves && { moves: this.#moves.text }),
      ...(downgraded && { downgraded }),
      messagesIn: this.#messagesIn,
      bytesIn: this.#bytesIn,
      messagesOut: this.#messagesOut,
      bytesOut: this.#bytesOut,
    };
    logClosed(this.#scoped(), this.#client, closed, duration);
  }

  get #isDebugged(): boolean {
    return this.#context.log.isDebug !== false;
  }

  #debug(message: string, fields: Readonly<Record<string, string | number>>): void {
    this.#scoped().debug(message, fields);
  }

  /** Made for each line: most sessions write two, and there are many. */
  #scoped(): Log {
    return this.#context.log.with({ route: this.#route, session: this.#identity.id });
  }

  get #client(): ConnectionClient {
    const { address, origin, user } = this.#identity;
    return { remoteAddress: address, origin, user };
  }

  /** As on the lines of native connections. */
  get #route(): string {
    return this.#identity.route || '/';
  }
}
