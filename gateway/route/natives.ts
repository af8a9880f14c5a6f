import type { OpenHandshake, SeenHandshakes } from '../base/seen-handshakes.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { PendingHandshakes } from '../native/pending-handshakes.ts';
import type { NativeConnection, NativeOwner } from '../native/upgrade-request.ts';
import { seenKey } from './approach.ts';

/** Where native connections are reported. */
export interface NativesContext {
  readonly handshakes: PendingHandshakes;
  /** What became of handshakes, for the fallbacks that follow them. */
  readonly seen: SeenHandshakes;
}

/** Native connections that are open or being opened. */
export class Natives implements NativeOwner {
  readonly #context: NativesContext;
  /** With what is remembered of their handshakes once they are accepted. */
  readonly #connections = new Map<NativeConnection, OpenHandshake | undefined>();

  constructor(context: NativesContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Refuses the handshakes that are under way, and closes open connections with 1001. */
  drain(): void {
    for (const native of this.#connections.keys()) native.drain();
  }

  add(upgrade: Upgrade, native: NativeConnection): void {
    this.#context.handshakes.add(upgrade, native.answered);
    const key = seenKey(upgrade, upgrade.path);
    this.#connections.set(native, undefined);
    void native.answered.then((end) => {
      if (end === undefined) return;
      const open = this.#context.seen.add(key, end);
      if (this.#connections.has(native)) this.#connections.set(native, open);
      else open.isOver = true;
    });
    native.onFinished(this);
  }

  finished(native: NativeConnection): void {
    const open = this.#connections.get(native);
    if (open !== undefined) open.isOver = true;
    this.#connections.delete(native);
  }
}
