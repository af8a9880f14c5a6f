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

/** Moves whose reasons the last line has. */
const MAX_MOVES = 8;

/** Who ended a session. */
export type ClosedBy = ClosedConnection['by'];

/** Writes the life of one session to the log, and counts what it does. */
export class SessionLog {
  readonly #log: Log;
  readonly #identity: SessionIdentity;
  readonly #dialect: string | undefined;
  readonly #counters: RouteCounters;
  /** Those of the transport that carried it last. */
  #transport: TransportCounters;
  /** Absent: the client's protocol has no better transport to come down from. */
  readonly #downgrade: Downgrade | undefined;
  /** The words that the log has. */
  #reasons: readonly DowngradeReason[] = [];
  #isSettled = false;
  #messagesIn = 0;
  #bytesIn = 0;
  #messagesOut = 0;
  #bytesOut = 0;
  /** Names of the carriers in the order of their first attach. */
  #carriers = '';
  #lastCarrier: string | undefined;
  /** The first moves with their reasons, and how many there were. */
  #moves = '';
  #moved = 0;
  #whyItEnded = '';
  #closed: { readonly by: ClosedBy; readonly status: CloseStatus } | undefined;

  constructor(
    log: Log,
    identity: SessionIdentity,
    dialect: string | undefined,
    clock: Clock,
    counters: RouteCounters,
  ) {
    this.#log = log;
    this.#identity = identity;
    this.#dialect = dialect;
    this.#counters = counters;
    this.#transport = counters.unattached;
    this.#downgrade = identity.approach && new Downgrade(identity.approach, clock);
  }

  /** Name of the transport that carried it last; `none` before its first downstream. */
  get transport(): string {
    return this.#transport.name;
  }

  opened(): void {
    const { id, protocol } = this.#identity;
    this.#counters.opened(this.#dialect === undefined ? 'fallback' : 'sockjs');
    logOpened(this.#log.with({ route: this.#route }), {
      session: id,
      ...this.#client,
      transport: 'fallback',
      dialect: this.#dialect,
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
    if (this.#log.isDebug !== false) this.#debug('state', { from: before, to: state });
  }

  attached(carrier: Carrier, attach: number): void {
    const { name } = carrier;
    const last = this.#lastCarrier;
    if (last !== undefined && this.#whyItEnded === 'gone') this.#counters.resumes++;
    this.#downgrade?.attached(carrier);
    if (last !== name) {
      this.#transport = this.#counters.transport(name);
      if (last === undefined) this.#transport.opens++;
      else this.#counters.moved(last, name, this.#whyItEnded);
      if (last !== undefined && this.#moved++ < MAX_MOVES) {
        this.#moves += `${this.#moves && ', '}${last}>${name} ${this.#whyItEnded}`;
      }
      this.#lastCarrier = name;
      if (!this.#carriers.split(',').includes(name))
        this.#carriers += this.#carriers === '' ? name : `,${name}`;
    }
    if (this.#isSettled) this.#tellDowngrade();
    if (this.#log.isDebug === false) return;
    if (last === undefined || last === name) this.#debug('carrier attached', { carrier: name, attach });
    else this.#debug('carrier moved', { from: last, to: name, why: this.#whyItEnded, attach });
  }

  /** The present carrier ended or is about to. */
  carrierEnded(why: CarrierEnd): void {
    this.#whyItEnded = why;
    this.#downgrade?.ended(why);
    const isWorthALine = why === 'superseded' || why === 'recycled';
    if (isWorthALine && this.#log.isDebug !== false) this.#debug(why, { carrier: this.#lastCarrier ?? '' });
  }

  /** So many frames are written again. */
  replayed(frames: number): void {
    this.#counters.replays += frames;
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
    if (reason === undefined || this.#reasons.includes(reason)) return reason;
    this.#reasons = [...this.#reasons, reason];
    const { transport } = this;
    this.#counters.downgraded(transport, reason);
    this.#scoped().info('connection downgraded', { transport, reason, meaning: DOWNGRADES[reason].meaning });
    return reason;
  }

  delayed(count: number): void {
    this.#counters.delayed++;
    if (this.#log.isDebug !== false) this.#debug('request delayed', { delayed: count });
  }

  /** The first call decides who ended the session, and how. */
  closing(by: ClosedBy, status: CloseStatus): void {
    this.#closed ??= { by, status };
  }

  /** `duration` is in milliseconds. */
  closed(duration: number): void {
    const { by = 'gateway', status } = this.#closed ?? {};
    this.#counters.closed(status?.code, by, status?.reason ?? '');
    const downgraded = this.#tellDowngrade();
    const closed = {
      code: status?.code,
      by,
      // What a peer gives as its reason may be anything.
      ...(by === 'gateway' && status?.reason && { reason: status.reason }),
      carriers: this.#carriers,
      ...(this.#moved > 0 && { moves: this.#moved > MAX_MOVES ? `${this.#moves}, …` : this.#moves }),
      ...(downgraded && { downgraded }),
      messagesIn: this.#messagesIn,
      bytesIn: this.#bytesIn,
      messagesOut: this.#messagesOut,
      bytesOut: this.#bytesOut,
    };
    logClosed(this.#scoped(), this.#client, closed, duration);
  }

  #debug(message: string, fields: Readonly<Record<string, string | number>>): void {
    this.#scoped().debug(message, fields);
  }

  /** Made for each line: most sessions write two, and there are many. */
  #scoped(): Log {
    return this.#log.with({ route: this.#route, session: this.#identity.id });
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
