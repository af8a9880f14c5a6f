import { onPageLifecycle } from '../browser/page-lifecycle.ts';
import { indexOf } from '../lang/list.ts';
import { CLOSED, CONNECTING, type SocketState } from './socket-state.ts';
import { hostOf } from './url.ts';

/** The sockets of a page that have not ended, in the order in which they were created. */
export class LiveSockets {
  private _list: SocketState[] = [];
  private _listens = false;

  _add(state: SocketState): void {
    if (!this._listens)
      onPageLifecycle(
        () => this._unload(),
        (frozen) => this._freeze(frozen)
      );
    this._listens = true;
    this._list.push(state);
    this._next();
  }

  /** The state of a socket has changed. */
  _changed(state: SocketState): void {
    const at = indexOf(this._list, state);
    if (state.readyState === CLOSED && at >= 0) this._list.splice(at, 1);
    this._next();
  }

  /**
   * Starts what may start: of the sockets that are CONNECTING, the first one of each host (RFC 6455
   * §4.1). So they open in their order, as native ones do, on any transport.
   */
  private _next(): void {
    const busy: Record<string, boolean> = {};
    for (let at = 0; at < this._list.length; at += 1) {
      const state = this._list[at] as SocketState;
      if (state.readyState !== CONNECTING) continue;
      const host = ' ' + hostOf(state.url);
      if (!busy[host]) state._start();
      busy[host] = true;
    }
  }

  private _unload(): void {
    const left = this._list;
    this._list = [];
    for (let at = 0; at < left.length; at += 1) (left[at] as SocketState)._unload();
  }

  private _freeze(frozen: boolean): void {
    for (let at = 0; at < this._list.length; at += 1) (this._list[at] as SocketState)._freeze(frozen);
  }
}
