import { randomBytes } from 'node:crypto';

/** The message ids of one broker: a number for the broker, a text on the wire. */
export class MessageIds {
  /** Random, so that no id occurs again after a restart. */
  readonly #prefix = `${randomBytes(6).toString('hex')}-`;
  #last = 0;

  /** A number that was not used before. */
  next(): number {
    return ++this.#last;
  }

  format(sequence: number): string {
    return this.#prefix + sequence;
  }

  /** The number of an id; undefined for a text that is no id of this broker. */
  parse(id: string): number | undefined {
    if (!id.startsWith(this.#prefix)) return undefined;
    const digits = id.slice(this.#prefix.length);
    return /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : undefined;
  }
}
