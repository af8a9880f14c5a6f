import { nothing } from '../lang/nothing.ts';

/** What the repairs of STOMP libraries (`stomp/`) learn from the facade. One for each shim. */
export interface StompHooks {
  /** The event that is being dispatched, with its socket as target; null between events. */
  _event: { readonly target?: unknown; readonly data?: unknown; readonly [name: string]: unknown } | null;
  /** A socket is about to be made, ours or the browser's. */
  _constructing(): void;
}

/** Hooks that nobody listens to: the script without the STOMP fixes. */
export function createStompHooks(): StompHooks {
  return { _event: null, _constructing: nothing };
}
