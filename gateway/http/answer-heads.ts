import { STATUS_CODES } from 'node:http';
import type { Headers } from './exchange.ts';

/**
 * Heads of answers on the fast path. Most of them equal the one before: the same status, the same
 * fields, in the same second.
 */
export class AnswerHeads {
  /** Empty: it has to be made anew. */
  #dateField = '';
  #status = 0;
  #headers: Headers | undefined;
  #head = '';

  /** Status line and fields, each with its CR LF. `headers` must not be changed later. */
  headOf(status: number, headers: Headers): string {
    if (status === this.#status && headers === this.#headers) return this.#head;
    this.#status = status;
    this.#headers = headers;
    this.#head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${this.#date()}`;
    for (const name in headers) {
      const value = headers[name] as string | string[];
      if (typeof value === 'string') this.#head += `${name}: ${value}\r\n`;
      else for (const one of value) this.#head += `${name}: ${one}\r\n`;
    }
    return this.#head;
  }

  /** RFC 9110 §6.6.1. A timer that ends with the second costs less than a look at the clock. */
  #date(): string {
    if (this.#dateField !== '') return this.#dateField;
    const now = new Date(Date.now());
    this.#dateField = `date: ${now.toUTCString()}\r\n`;
    setTimeout(() => this.#forget(), 1_000 - now.getMilliseconds()).unref();
    return this.#dateField;
  }

  #forget(): void {
    this.#dateField = '';
    this.#headers = undefined;
  }
}
