import { nothing } from '../lang/nothing.ts';

/**
 * What the repairs of STOMP libraries (`stomp/`) learn from the facade. Each shim has one such
 * object.
 */
export interface StompHooks {
  /** The event that is being dispatched, with its socket as target. Null between events. */
  _event: { readonly target?: unknown; readonly data?: unknown; readonly [name: string]: unknown } | null;
  /** Called before a socket is created, the shim's or the browser's. */
  _constructing(): void;
}

/** Hooks without a listener, for the script without the STOMP repairs. */
export function createStompHooks(): StompHooks {
  return { _event: null, _constructing: nothing };
}
