import { ANOTHER, encodeEnd, encodeEntries, HEARTBEAT, OPEN } from '../../dialect/sockjs.ts';
import { CloseCode, type CloseStatus } from '../../protocol/close.ts';
import type { Delivery } from '../../protocol/delivery.ts';
import type { EndReason } from '../../session/carrier.ts';
import type { Session } from '../../session/session.ts';
import type { Downstream } from './form.ts';

/** Bytes of payload that one answer carries, about. */
const ROOM = 262_144;

/** A request that is answered with one frame. */
export class Poll implements Downstream {
  readonly once = true;
  readonly acknowledges = false;
  readonly room = ROOM;
  readonly #reply: (frame: string) => void;

  constructor(reply: (frame: string) => void) {
    this.#reply = reply;
  }

  begin(session: Session, isNew: boolean): void {
    if (isNew) this.#reply(OPEN);
    else session.attachCarrier(this, 1, 0);
  }

  turnAway(status: CloseStatus): void {
    this.#reply(encodeEnd(status));
  }

  /** An end behind messages was left to the next one. */
  deliver(delivery: Delivery): boolean {
    const [frame] = encodeEntries(delivery.entries);
    if (frame !== undefined) this.#reply(frame);
    return false;
  }

  heartbeat(): void {
    this.#reply(HEARTBEAT);
  }

  end(reason: EndReason): void {
    this.turnAway(endOf(reason));
  }
}

/** Why the session ends a downstream, as the client is told. */
export function endOf(reason: EndReason): CloseStatus {
  return reason === 'refused' ? ANOTHER : { code: CloseCode.goingAway, reason: '' };
}
