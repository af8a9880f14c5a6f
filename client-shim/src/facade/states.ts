import { put } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import type { SocketState } from './socket-state.ts';

/**
 * What is behind the object that a page holds. A socket of the shim has its state. A native socket
 * that the constructor returned has the prototype with which it was made, and there is no `_face`.
 */
export type Behind = SocketState | (Partial<SocketState> & { readonly _face?: undefined });

/** Finds what is behind an object. There is nothing behind an object that is not a socket. */
export interface States {
  get(socket: object): Behind;
  set(socket: object, behind: Behind): unknown;
}

/** A WeakMap, so that nothing shows on the object; a property in old engines. */
export function createStates(modern: boolean): States {
  return modern
    ? (new (page.WeakMap as NonNullable<typeof page.WeakMap>)() as States)
    : {
        get: (socket) => (socket as { _state: SocketState })._state,
        set: (socket, state) => put(socket, '_state', state)
      };
}
