import { RequestError } from '../../base/errors.ts';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import { MessageReader } from '../../dialect/sockjs-messages.ts';
import type { Message } from '../../protocol/message.ts';
import type { FormField } from './form-field.ts';

/** Messages that are read or handed on in one turn of the event loop. */
const SLICE_MESSAGES = 512;

/** A body of so few bytes has no more messages than one slice: `"",` each. */
export const SHORT_BODY = 3 * SLICE_MESSAGES;

/** Bytes that are read in one turn. */
const SLICE_BYTES = 262_144;

/** Bytes that a short message occupies beside its own (measured on Node 20). */
const MESSAGE_COST = 160;

/**
 * Where the messages go. `next` is called when more may come. Throws if there is no room at all.
 */
export type Taker = (messages: readonly Message[], next: () => void) => void;

/**
 * Takes the messages of one body or frame. What is more than a slice is read, and then handed on, a
 * slice in each turn of the event loop, and is counted in an account meanwhile. Nothing
 * is handed on of a body with a fault in it.
 */
export class MessageSlices {
  readonly #take: Taker;
  readonly #openAccount: () => MemoryAccount;
  readonly #done: (error: Error | undefined) => void;
  #account: MemoryAccount | undefined;
  #messages: Message[] = [];
  /** Index of the first message that was not handed on. */
  #next = 0;

  /** `done` is called once: after the last message, or with the error that stopped it. */
  constructor(take: Taker, openAccount: () => MemoryAccount, done: (error: Error | undefined) => void) {
    this.#take = take;
    this.#openAccount = openAccount;
    this.#done = done;
  }

  /** `bytes`: what the reader reads, and keeps in memory until it has. */
  start(reader: MessageReader, bytes: number): void {
    if (this.#holdBody(bytes)) this.#read(reader);
  }

  /** Takes the messages of a field that has yet to be decoded. `bytes`: length of the form. */
  startWithField(field: FormField, bytes: number): void {
    if (this.#holdBody(bytes)) this.#decode(field);
  }

  #holdBody(bytes: number): boolean {
    const isHeld = bytes <= SLICE_BYTES || this.#hold(bytes);
    if (!isHeld) this.#end(new RequestError('GW_MEMORY'));
    return isHeld;
  }

  #decode(field: FormField): void {
    const json = field.decode(SLICE_BYTES);
    if (json === undefined) {
      setImmediate(() => this.#decode(field));
      return;
    }
    let reader: MessageReader;
    try {
      reader = new MessageReader(json);
    } catch (error) {
      this.#end(error as Error);
      return;
    }
    this.#read(reader);
  }

  #read(reader: MessageReader): void {
    let isComplete: boolean;
    try {
      isComplete = this.#readSlice(reader);
    } catch (error) {
      this.#end(error as Error);
      return;
    }
    if (!isComplete) setImmediate(() => this.#read(reader));
    else if (this.#messages.length > SLICE_MESSAGES && !this.#hold(weightOf(this.#messages)))
      this.#end(new RequestError('GW_MEMORY'));
    else this.#handOn();
  }

  /** True: there is no more. */
  #readSlice(reader: MessageReader): boolean {
    const end = this.#messages.length + SLICE_MESSAGES;
    const until = reader.position + SLICE_BYTES;
    while (this.#messages.length < end && reader.position < until) {
      const message = reader.next(until);
      if (message === undefined) return true;
      if (message !== 'unfinished') this.#messages.push(message);
    }
    return false;
  }

  #handOn(): void {
    const slice = this.#messages.slice(this.#next, this.#next + SLICE_MESSAGES);
    this.#next += slice.length;
    const isLast = this.#next === this.#messages.length;
    // What was handed on is the taker's to count.
    if (isLast) this.#release();
    else this.#account?.set(this.#account.bytes - weightOf(slice));
    try {
      this.#take(slice, () => {
        if (isLast) this.#done(undefined);
        else setImmediate(() => this.#handOn());
      });
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #hold(bytes: number): boolean {
    this.#account ??= this.#openAccount();
    if (!this.#account.hasRoom(bytes - this.#account.bytes)) return false;
    this.#account.set(bytes);
    return true;
  }

  #end(error: Error): void {
    this.#release();
    this.#done(error);
  }

  #release(): void {
    this.#account?.close();
    this.#messages = [];
  }
}

function weightOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { size }) => sum + size + MESSAGE_COST, 0);
}
