import type { Bus } from './bus.ts';
import type { BusPeer } from './bus-peer.ts';
import { HIGH_WATER } from './link.ts';

/** Bytes on their way to the bus at which it has to say that it has them. */
const CONFIRM = HIGH_WATER / 4;
/** Bytes on their way to a bus that takes none, at which its connection is given up. */
const MAX_WAITING = 64 * 1024 ** 2;

/** How much is on its way to the bus, and who waits until that is less. */
export class BusFlow {
  readonly #bus: Bus;
  readonly #drained: (peer: BusPeer) => void;
  /** Bytes that the bus has not confirmed. */
  #unconfirmed = 0;
  readonly #full = new Set<BusPeer>();
  #isConfirming = false;
  /** How often the bus was connected: a question to the one before may have no answer. */
  #connections = 0;

  constructor(bus: Bus, drained: (peer: BusPeer) => void) {
    this.#bus = bus;
    this.#drained = drained;
  }

  /** Whether more can be sent to that node. If not, `drained` is called later. */
  hasRoom(peer: BusPeer): boolean {
    const hasRoom = peer.waiting + this.#unconfirmed < HIGH_WATER;
    if (!hasRoom) this.#full.add(peer);
    return hasRoom;
  }

  /** So many bytes were given to the bus. */
  sent(bytes: number): void {
    this.#unconfirmed += bytes;
    if (this.#unconfirmed > MAX_WAITING) this.#bus.reconnect('it takes no more');
    else this.#confirm();
  }

  /** Nothing is on its way any more, and nobody waits. */
  reset(): void {
    this.#connections++;
    this.#isConfirming = false;
    this.#unconfirmed = 0;
    this.#full.clear();
  }

  /** The node is lost. */
  forget(peer: BusPeer): void {
    this.#full.delete(peer);
  }

  #confirm(): void {
    if (this.#isConfirming || (this.#unconfirmed < CONFIRM && this.#full.size === 0)) return;
    this.#isConfirming = true;
    const bytes = this.#unconfirmed;
    const connection = this.#connections;
    this.#bus.flushed().then(
      () => {
        if (connection === this.#connections) this.#confirmed(bytes);
      },
      // It is about to report that it is away.
      () => {},
    );
  }

  #confirmed(bytes: number): void {
    this.#isConfirming = false;
    this.#unconfirmed -= bytes;
    if (this.#unconfirmed < HIGH_WATER / 2) {
      const full = [...this.#full];
      this.#full.clear();
      for (const peer of full) this.#drained(peer);
    }
    this.#confirm();
  }
}
