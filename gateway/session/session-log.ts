import type { Log, LogFields } from '../base/log.ts';
import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Carrier } from './carrier.ts';
import type { SessionIdentity } from './identity.ts';

/** Why a carrier ended, as far as the gateway knows. */
export type CarrierEnd = 'superseded' | 'recycled' | 'used up' | 'gone';

/** Who ended a session. */
export type ClosedBy = 'client' | 'backend' | 'gateway';

/** Writes the life of one session to the log, and counts what the last line says. */
export class SessionLog {
  readonly #log: Log;
  readonly #identity: SessionIdentity;
  readonly #dialect: string;
  #messagesIn = 0;
  #bytesIn = 0;
  #messagesOut = 0;
  #bytesOut = 0;
  /** Names of the carriers in the order of their first attach. */
  #carriers = '';
  #lastCarrier: string | undefined;
  #whyItEnded = '';
  #closed: { readonly by: ClosedBy; readonly status: CloseStatus } | undefined;

  constructor(log: Log, identity: SessionIdentity, dialect: string) {
    this.#log = log;
    this.#identity = identity;
    this.#dialect = dialect;
  }

  opened(): void {
    this.#log.info('connection opened', this.#fields());
  }

  /** A message of the client went to the backend. */
  received(message: Message): void {
    this.#messagesIn++;
    this.#bytesIn += message.size;
  }

  /** The backend sent a message. */
  sent(message: Message): void {
    this.#messagesOut++;
    this.#bytesOut += message.size;
  }

  entered(state: string, before: string): void {
    if (this.#log.isDebug !== false) this.#debug('state', { from: before, to: state });
  }

  attached(carrier: Carrier, attach: number): void {
    const { name = 'unknown' } = carrier;
    const last = this.#lastCarrier;
    if (last !== name) {
      this.#lastCarrier = name;
      if (!this.#carriers.split(',').includes(name))
        this.#carriers += this.#carriers === '' ? name : `,${name}`;
    }
    if (this.#log.isDebug === false) return;
    if (last === undefined || last === name) this.#debug('carrier attached', { carrier: name, attach });
    else this.#debug('carrier moved', { from: last, to: name, why: this.#whyItEnded, attach });
  }

  /** The present carrier ended or is about to. */
  carrierEnded(why: CarrierEnd): void {
    this.#whyItEnded = why;
    const isWorthALine = why === 'superseded' || why === 'recycled';
    if (isWorthALine && this.#log.isDebug !== false) this.#debug(why, { carrier: this.#lastCarrier ?? '' });
  }

  delayed(count: number): void {
    if (this.#log.isDebug !== false) this.#debug('request delayed', { delayed: count });
  }

  /** The first call decides what the last line says. */
  closing(by: ClosedBy, status: CloseStatus): void {
    this.#closed ??= { by, status };
  }

  closed(duration: number): void {
    const { by, status } = this.#closed ?? {};
    this.#log.info('connection closed', {
      ...this.#fields(),
      code: status?.code,
      // What a peer gives as its reason may be anything.
      reason: by === 'gateway' ? status?.reason : undefined,
      by,
      carriers: this.#carriers,
      durationMs: Math.round(duration),
      messagesIn: this.#messagesIn,
      bytesIn: this.#bytesIn,
      messagesOut: this.#messagesOut,
      bytesOut: this.#bytesOut,
    });
  }

  #debug(message: string, fields: Readonly<Record<string, string | number>>): void {
    const { id, route } = this.#identity;
    this.#log.debug(message, { session: id, route, ...fields });
  }

  #fields(): LogFields {
    const { id, route, address, protocol } = this.#identity;
    const known = { session: id, route, remoteAddress: address, transport: this.#dialect };
    return protocol === '' ? known : { ...known, protocol };
  }
}
