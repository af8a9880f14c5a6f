import { DestinationPattern, splitDestination } from './destination.ts';
import type { FrameHeaders } from './frame.ts';
import { StompError } from './stomp-error.ts';

/** Patterns of destinations. */
export interface RightsOptions {
  /** Those that may be subscribed to. @default all */
  readonly subscribe?: readonly string[] | undefined;
  /** Those that may be sent to. @default all */
  readonly send?: readonly string[] | undefined;
}

/** Which destinations clients may use. */
export class Rights {
  /** Some destinations are not allowed. */
  readonly areRestricted: boolean;
  readonly #subscribe: readonly DestinationPattern[] | undefined;
  readonly #send: readonly DestinationPattern[] | undefined;

  /** Throws a `StompError` for a malformed pattern. */
  constructor({ subscribe, send }: RightsOptions) {
    this.areRestricted = subscribe !== undefined || send !== undefined;
    this.#subscribe = subscribe?.map((text) => new DestinationPattern(text));
    this.#send = send?.map((text) => new DestinationPattern(text));
  }

  /**
   * Throws a `StompError` for a SEND or SUBSCRIBE that is not allowed. Its ERROR names the frame by
   * `receipt`.
   */
  check(command: string, headers: FrameHeaders, receipt?: string): void {
    if (!this.areRestricted || this.#allows(command, headers)) return;
    throw new StompError('GW_STOMP_DESTINATION', 'the destination is not allowed', {
      headers: receipt === undefined ? {} : { 'receipt-id': receipt },
      fields: {
        destination: headers.get('destination')?.slice(0, 256),
        option: command === 'SEND' ? 'stomp.send' : 'stomp.subscribe',
      },
    });
  }

  #allows(command: string, headers: FrameHeaders): boolean {
    if (command !== 'SEND' && command !== 'SUBSCRIBE') return true;
    // A queue that is subscribed to may send on. A client that is restricted in one of the two must
    // not evade that through the other.
    if (DETOURS.some((name) => headers.has(name))) return false;
    const patterns = command === 'SEND' ? this.#send : this.#subscribe;
    return patterns === undefined || isAmong(patterns, headers.get('destination') ?? '');
  }
}

/**
 * Entries that make RabbitMQ read another queue than the destination names, or create one that
 * sends on to another.
 */
const DETOURS = ['x-queue-name', 'x-dead-letter-exchange', 'x-dead-letter-routing-key'];

/**
 * Characters that brokers read in their own ways. In ActiveMQ a comma separates several
 * destinations, options follow a `?`, spaces and control characters at either end are ignored, and
 * `\n` is one of them in 1.0, too.
 */
const DOUBTFUL = /[,?\\\p{Cc}]|^ | $/u;

/**
 * Whether the patterns allow the destination however the broker reads it: RabbitMQ decodes `%23`.
 */
function isAmong(patterns: readonly DestinationPattern[], destination: string): boolean {
  if (DOUBTFUL.test(destination)) return false;
  const readings = [destination, decoded(destination)].map(splitDestination);
  return readings.every((words) => patterns.some((pattern) => pattern.matches(words)));
}

/** Returns the empty string, which no pattern matches, if the text cannot be decoded. */
function decoded(destination: string): string {
  try {
    return decodeURIComponent(destination);
  } catch {
    return '';
  }
}
