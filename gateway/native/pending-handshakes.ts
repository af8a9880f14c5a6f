import type { Clock } from '../base/clock.ts';
import { detached } from '../base/detached.ts';

/** What tells browsers apart. */
interface Client {
  readonly remoteAddress: string;
  header(name: string): string | undefined;
}

/**
 * Milliseconds for which an answered handshake still counts as pending: the answer may be on its
 * way to the browser.
 */
const ANSWER_TRAVELS = 1000;

/**
 * Knows which browsers have a handshake under way (PROTOCOL.md §3.2). A browser is known by its
 * address and its `User-Agent`: cookies may change meanwhile. It opens one WebSocket to a host at a
 * time (RFC 6455 §4.1), so the handshake of another of its pages delays this page's, too. There are
 * no more entries than handshakes of the last second and those under way.
 */
export class PendingHandshakes {
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a handshake until `answered`, and a moment longer. */
  add(client: Client, answered: Promise<unknown>): void {
    const key = detached(handshakeKey(client));
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    void answered.then(() => this.#clock.setTimeout(() => this.#remove(key), ANSWER_TRAVELS));
  }

  /** Whether a handshake of this browser is under way. */
  has(client: Client): boolean {
    return this.hasKey(handshakeKey(client));
  }

  /** The same of a browser that is known by its key. */
  hasKey(key: string): boolean {
    return this.#counts.has(key);
  }

  #remove(key: string): void {
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

/** The same of every request of a browser. */
export function handshakeKey(client: Client): string {
  return `${client.remoteAddress} ${client.header('user-agent') ?? ''}`;
}
