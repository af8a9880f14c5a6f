import { STATUS_CODES } from 'node:http';
import type { Headers } from './exchange.ts';

/**
 * Heads of answers on the fast path. Most of them equal the one before: the same status, the same
 * fields, in the same second.
 */
export class AnswerHeads {
  #second = Number.NaN;
  #dateField = '';
  #status = 0;
  #headers: Headers | undefined;
  #head = '';

  /** Status line and fields, each with its CR LF. `headers` must not be changed later. */
  headOf(status: number, headers: Headers): string {
    const second = Math.floor(Date.now() / 1_000);
    if (second === this.#second && status === this.#status && headers === this.#headers) return this.#head;
    // RFC 9110 §6.6.1. The wall clock may be set back.
    if (second !== this.#second) this.#dateField = `date: ${new Date(second * 1_000).toUTCString()}\r\n`;
    this.#second = second;
    this.#status = status;
    this.#headers = headers;
    this.#head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${this.#dateField}`;
    for (const name in headers) {
      const value = headers[name] as string | string[];
      if (typeof value === 'string') this.#head += `${name}: ${value}\r\n`;
      else for (const one of value) this.#head += `${name}: ${one}\r\n`;
    }
    return this.#head;
  }
}
