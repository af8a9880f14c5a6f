import type { Admitted } from '../backend/forward-auth.ts';
import type { MemoryAccount } from '../base/memory-budget.ts';
import type { HandshakeEnd } from '../base/seen-handshakes.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

/** A handshake under way. Nothing of it stays with the connection when it was answered. */
export class Handshaking {
  readonly answered: Promise<HandshakeEnd | undefined>;
  /** What the auth server said of the client. */
  admitted: Admitted | undefined;
  readonly #attempt = new AbortController();
  readonly #account: MemoryAccount | undefined;
  #answer!: (end: HandshakeEnd | undefined) => void;

  constructor(request: UpgradeRequest) {
    this.#account = request.handshake.openAccount?.();
    this.#account?.set(weightOf(request));
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /** Aborted when the client goes away, or when the gateway drains. */
  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  giveUp(): void {
    this.#attempt.abort();
  }

  /** Undefined: the client went before it was answered. */
  settle(end: HandshakeEnd | undefined): void {
    this.#answer(end);
    this.#account?.close();
  }
}

/**
 * Bytes that a handshake occupies until the backend has answered: its fields, twice because they
 * are repeated upstream, and the read from the network that holds the bytes behind them.
 */
function weightOf({ handshake, head }: UpgradeRequest): number {
  let bytes = head.length === 0 ? 0 : head.buffer.byteLength;
  for (const nameOrValue of handshake.rawHeaders) bytes += 2 * nameOrValue.length;
  return bytes;
}
