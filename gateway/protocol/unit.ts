import { RequestError } from '../base/errors.ts';
import type { CloseStatus } from './close.ts';
import type { Message } from './message.ts';

/** A carrier unit breaks the rules of PROTOCOL.md §2. Nothing of it takes effect. */
export class MalformedError extends RequestError {
  constructor(message: string) {
    super('GW_MALFORMED', message);
  }
}

/** A numbered frame as it arrived. */
export interface Arrival {
  readonly number: number;
  /** The message or fragment; undefined for a close. */
  readonly message: Message | undefined;
  /** More fragments of the same message follow. */
  readonly more: boolean;
  /** The client's close; undefined for a message. */
  readonly close: CloseStatus | undefined;
}

/** The `D` frame: a downstream is wanted (PROTOCOL.md §6.1). */
export interface Wanted {
  readonly n: number;
  readonly ack: number;
  readonly form: Form;
  /** Bytes of padding that a stream is to begin with. */
  readonly padding: number;
  /** A poll that is answered at once, because its page rests (PROTOCOL.md §6.6). */
  readonly brief?: boolean;
}

/** How the frames of a unit are encoded. */
export type Form = 'text' | 'byte';

/** One unit from a client, decoded. */
export interface Unit {
  readonly arrivals: readonly Arrival[];
  /** Highest acknowledgement in the unit, or -1. */
  readonly ack: number;
  readonly wanted: Wanted | undefined;
  /** The page is gone (`X`). */
  readonly pageGone: boolean;
  /** Number of the next numbered frame; 0 if no position is known. */
  readonly next: number;
  /** Further sessions that the carrier is for. Their numbers on the carrier are 1, 2, 3… */
  readonly shared?: readonly SharedUnit[] | undefined;
  /** The unit has more numbered frames than are taken from one (PROTOCOL.md §12). */
  readonly leftOut?: boolean;
}

/** A unit of messages that their client does not number. `first` is the number of the first. */
export function unitOf(messages: readonly Message[], first: number): Unit {
  const arrivals = messages.map((message, index) => ({
    number: first + index,
    message,
    more: false,
    close: undefined,
  }));
  return { arrivals, ack: -1, wanted: undefined, pageGone: false, next: 0 };
}

/** The frames of one more session of the carrier, which wants its downstream (PROTOCOL.md §10). */
export interface SharedUnit {
  readonly token: string;
  readonly unit: Unit;
}
