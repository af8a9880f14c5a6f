import type { Message } from '../../protocol/message.ts';
import type { FrameHeaders } from '../frame.ts';
import { encodeHeaders } from '../headers.ts';
import { toMessage } from '../serializer.ts';
import type { Version } from '../version.ts';

/** Entries of SEND that mean something to the broker, or that only the broker may set. */
const OWN_ENTRIES = new Set([
  'destination',
  'receipt',
  'transaction',
  'content-length',
  'message-id',
  'subscription',
  'ack',
  'redelivered',
]);

/** What of a subscription goes into the MESSAGE frames it gets. */
export interface Addressee {
  readonly version: Version;
  /** `id` of the subscription; in 1.0 it may have none. */
  readonly id: string | undefined;
  /** It acknowledges what it gets. */
  readonly acknowledges: boolean;
}

/** A message that was sent to a destination. */
export class Publication {
  readonly id: string;
  readonly destination: string;
  readonly body: Buffer;
  /** Bytes that are held for it. */
  readonly size: number;
  readonly #headers: readonly (readonly [string, string])[];

  /** The body is copied: it is a part of what the network read, and would keep all of it. */
  constructor(id: string, destination: string, headers: FrameHeaders, body: Buffer) {
    this.id = id;
    this.destination = destination;
    this.body = Buffer.from(body);
    this.#headers = [...headers].filter(([name]) => !OWN_ENTRIES.has(name));
    const lengths = this.#headers.map(([name, value]) => name.length + value.length);
    this.size = lengths.reduce((sum, length) => sum + length, destination.length + body.length + 64);
  }

  /** The MESSAGE frame. Our own entries come first: an old client may take the last of a repeated one, but none is repeated. */
  encode(to: Addressee, redelivered: boolean): Message {
    const headers = new Map([
      ['destination', this.destination],
      ['message-id', this.id],
    ]);
    if (to.id !== undefined) headers.set('subscription', to.id);
    if (to.acknowledges && to.version === '1.2') headers.set('ack', ackId(this.id, to.id));
    if (redelivered) headers.set('redelivered', 'true');
    for (const [name, value] of this.#headers) headers.set(name, value);
    return toMessage({ command: 'MESSAGE', headers: encodeHeaders(headers, to.version), body: this.body });
  }
}

/**
 * The `ack` entry of 1.2. It is made of the same two that 1.1 acknowledges by, so that subscribers with the same id are sent the same frame.
 */
function ackId(message: string, subscription = ''): string {
  return `${message}@${subscription}`;
}

/** The message and the subscription that an `ack` entry names. Message ids have no `@`. */
export function readAckId(ack: string): { readonly message: string; readonly subscription: string } {
  const at = ack.indexOf('@');
  return { message: ack.slice(0, Math.max(0, at)), subscription: ack.slice(at + 1) };
}
