import { detached } from '../../base/detached.ts';
import type { Message } from '../../protocol/message.ts';
import { escapeText } from '../escapes.ts';
import { type FrameHeaders, NO_BODY } from '../frame.ts';
import { encodeHeaders, readHeaders } from '../headers.ts';
import { bytesToMessage, serializeLines } from '../serializer.ts';
import type { Version } from '../version.ts';
import type { MessageIds } from './message-ids.ts';

/** Entries of SEND that are for the broker, or that only the broker may set. */
const BROKER_ENTRIES = new Set([
  'destination',
  'receipt',
  'transaction',
  'content-length',
  'message-id',
  'subscription',
  'ack',
  'redelivered',
]);

/**
 * Bytes of the largest body that is kept as a Latin-1 string: a `Buffer` of its own costs about 270
 * bytes beside its content, a string 16.
 */
const MAX_STRING = 1024;

/** Bytes that a kept message occupies beside its content, its place in a queue included. */
const PUBLICATION_WEIGHT = 140;

/** Bytes that a `Buffer` with memory of its own occupies beside its content. */
const BUFFER_WEIGHT = 270;

/** What a subscription determines in the MESSAGE frames that it gets. */
export interface Recipient {
  readonly version: Version;
  /** `id` of the subscription. In 1.0 it may have none. */
  readonly id: string | undefined;
  /** It acknowledges its messages. */
  readonly acknowledges: boolean;
}

/** A message that was sent to a destination. */
export class Publication {
  /** Unique in its broker. */
  readonly sequence: number;
  destination: string;
  /** How often a queue delivered it and got it back. */
  redeliveries = 0;
  readonly #ids: MessageIds;
  /** Header lines of the MESSAGE frame, encoded for 1.2. As Latin-1 of their UTF-8 once kept. */
  #lines: string;
  #body: Buffer | string;
  /** Bytes that it occupies once kept; 0 before. */
  #weight = 0;
  /** The name of the destination is a string of its own, and counted. */
  #ownsName = false;

  /** `body` may be a part of what the network read; `keep` copies it. */
  constructor(ids: MessageIds, destination: string, headers: FrameHeaders, body: Buffer) {
    this.#ids = ids;
    this.sequence = ids.next();
    this.destination = destination;
    this.#body = body;
    let lines = '';
    for (const [name, value] of headers) {
      if (!BROKER_ENTRIES.has(name)) lines += `${escapeText(name, '1.2')}:${escapeText(value, '1.2')}\n`;
    }
    this.#lines = lines;
  }

  get id(): string {
    return this.#ids.format(this.sequence);
  }

  /** Bytes that it occupies. Only known once kept. */
  get weight(): number {
    return this.#weight;
  }

  /**
   * Gives the message memory of its own, small if the message is small. To be called before the
   * message outlives the call in which it arrived. `name`: its destination as a string that is kept
   * anyway.
   */
  keep(name?: string): void {
    if (this.#weight === 0) {
      this.#lines = Buffer.from(this.#lines).toString('latin1');
      this.#weight = PUBLICATION_WEIGHT + this.#lines.length + this.#keepBody();
      if (name === undefined) {
        this.destination = detached(this.destination);
        this.#weight += this.destination.length;
        this.#ownsName = true;
        return;
      }
    }
    if (name === undefined) return;
    if (this.#ownsName) this.#weight -= this.destination.length;
    this.#ownsName = false;
    this.destination = name;
  }

  #keepBody(): number {
    const body = this.#body as Buffer;
    if (body.length <= MAX_STRING) {
      this.#body = body.toString('latin1');
      return body.length;
    }
    const isOwn = body.buffer.byteLength < 2 * body.length;
    const own = isOwn ? body : copyOf(body);
    this.#body = own;
    return BUFFER_WEIGHT + own.buffer.byteLength;
  }

  /**
   * The MESSAGE frame for a subscription. The broker's own entries come first: an old client may
   * take the last of repeated entries, but none is repeated.
   */
  encode(to: Recipient): Message {
    const { id } = this;
    const headers = new Map([
      ['destination', this.destination],
      ['message-id', id],
    ]);
    if (to.id !== undefined) headers.set('subscription', to.id);
    if (to.acknowledges && to.version === '1.2') headers.set('ack', ackId(id, to.id));
    if (this.redeliveries > 0) headers.set('redelivered', 'true');
    const lines = toLines(encodeHeaders(headers, to.version)) + this.#linesFor(to.version);
    return bytesToMessage(serializeLines('MESSAGE', lines, this.#bodyBytes));
  }

  get #bodyBytes(): Buffer {
    if (typeof this.#body !== 'string') return this.#body;
    return this.#body === '' ? NO_BODY : Buffer.from(this.#body, 'latin1');
  }

  /** The lines differ between versions only where they contain escapes. */
  #linesFor(version: Version): string {
    const lines = this.#weight > 0 ? Buffer.from(this.#lines, 'latin1').toString() : this.#lines;
    if (version === '1.2' || !lines.includes('\\')) return lines;
    const headers = new Map<string, string>();
    for (const line of lines.slice(0, -1).split('\n')) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon), line.slice(colon + 1));
    }
    return toLines(encodeHeaders(readHeaders(headers, '1.2'), version));
  }
}

function toLines(headers: FrameHeaders): string {
  let lines = '';
  for (const [name, value] of headers) lines += `${name}:${value}\n`;
  return lines;
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/**
 * The `ack` entry of 1.2. It is made of the same two ids that 1.1 acknowledges by, so that
 * subscribers with the same id get the same frame.
 */
function ackId(message: string, subscription = ''): string {
  return `${message}@${subscription}`;
}

/** The message and the subscription that an `ack` entry names. Message ids contain no `@`. */
export function readAckId(ack: string): { readonly message: string; readonly subscription: string } {
  const at = ack.indexOf('@');
  return { message: ack.slice(0, Math.max(0, at)), subscription: ack.slice(at + 1) };
}
