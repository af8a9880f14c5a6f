import { nothing } from '../lang/nothing.ts';

/** What the facade tells the room above it, which repairs STOMP libraries. One for each shim. */
export interface Seam {
  /** The event that is being dispatched, with its socket as target; null between events. */
  event: { readonly target?: unknown; readonly data?: unknown; readonly [name: string]: unknown } | null;
  /** A socket is about to be made, ours or the browser's. */
  constructing(): void;
}

/** Nobody is there to be told. */
export function createSeam(): Seam {
  return { event: null, constructing: nothing };
}
