import { RequestError } from './errors.ts';

/** Bounds on WebSocket connections: native ones and fallback sessions together. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_000,
};

/** Places for connections, of which there is a bound. */
export interface Places {
  /** Takes a place, until `leave`. Throws a `RequestError` when there is none. */
  enter(address: string): void;
  /** Gives a place back. Must be called once for each `enter`. */
  leave(address: string): void;
}

/** Counts connections in total and per address. */
export class ConnectionCounts implements Places {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /**
   * Takes a place, before the backend is dialled and until the connection has gone. Throws a
   * `RequestError`, 503 `GW_CONNECTIONS` or 429 `GW_CONNECTIONS_PER_ADDRESS`, when there is none.
   */
  enter(address: string): void {
    if (this.#total >= this.#limits.maxConnections) {
      throw new RequestError('GW_CONNECTIONS');
    }
    const ofAddress = this.#perAddress.get(address) ?? 0;
    if (ofAddress >= this.#limits.maxConnectionsPerAddress) {
      throw new RequestError('GW_CONNECTIONS_PER_ADDRESS');
    }
    this.#total++;
    this.#perAddress.set(address, ofAddress + 1);
  }

  leave(address: string): void {
    this.#total--;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  /** `enter`. The returned function is `leave`, and does nothing when it is called again. */
  take(address: string): () => void {
    this.enter(address);
    let isTaken = true;
    return () => {
      if (isTaken) this.leave(address);
      isTaken = false;
    };
  }
}
