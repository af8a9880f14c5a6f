import { put } from '../browser/define.ts';
import { later } from '../browser/timer.ts';
import type { SocketEvent } from './events.ts';

type Callback = ((event: SocketEvent) => unknown) | { handleEvent?: unknown };

interface Listener {
  readonly type: string;
  _callback: Callback;
  /** Null for the listener that was set through an `on…` attribute. */
  readonly capture: boolean | null;
  readonly once: boolean;
  _removed: boolean;
}

interface ListenerOptions {
  capture?: unknown;
  once?: unknown;
  signal?: { aborted: boolean; addEventListener(type: string, run: () => void): void };
}

/** The listeners of one socket, in order (DOM §2.7; HTML §8.1.8.1 for the `on…` attributes). */
export class Listeners {
  private _list: Listener[] = [];

  _add(type: string, callback: unknown, options: unknown): void {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object')
      throw new TypeError('Not a listener.');
    const { once, signal }: ListenerOptions = isObject(options) ? options : {};
    const capture = captureOf(options);
    if ((signal && signal.aborted) || this._find(type, capture, callback) >= 0) return;
    this._list.push({ type, _callback: callback, capture, once: !!once, _removed: false });
    if (signal) signal.addEventListener('abort', () => this._remove(type, callback, capture));
  }

  _remove(type: string, callback: unknown, options: unknown): void {
    this._removeAt(this._find(type, captureOf(options), callback));
  }

  /** The function that was set as `on…`, or null. */
  _handler(type: string): unknown {
    const found = this._list[this._find(type, null)];
    return found ? found._callback : null;
  }

  /**
   * Sets `on…`. A new function takes the former one's place in the order. A value that is not a
   * function counts as null.
   */
  _setHandler(type: string, value: unknown): void {
    const at = this._find(type, null);
    const found = this._list[at];
    if (typeof value !== 'function') this._removeAt(at);
    else if (found) found._callback = value as Callback;
    else this._list.push({ type, _callback: value as Callback, capture: null, once: false, _removed: false });
  }

  /**
   * Calls the listeners of the event's type. If one throws, the others still run, and the error is
   * reported as uncaught.
   */
  _dispatch(target: object, event: SocketEvent): void {
    let stopped = false;
    put(event, 'target', target);
    put(event, 'currentTarget', target);
    put(event, 'stopImmediatePropagation', () => {
      stopped = true;
    });
    const list = this._list.slice(0);
    for (let at = 0; at < list.length && !stopped; at += 1) {
      const listener = list[at] as Listener;
      if (listener._removed || listener.type !== event.type) continue;
      if (listener.once) this._remove(listener.type, listener._callback, listener.capture);
      call(listener._callback, target, event);
    }
    put(event, 'currentTarget', null);
  }

  private _find(type: string, capture: boolean | null, callback?: unknown): number {
    for (let at = 0; at < this._list.length; at += 1) {
      const entry = this._list[at] as Listener;
      const found = entry.type === type && entry.capture === capture;
      if (found && (capture === null || entry._callback === callback)) return at;
    }
    return -1;
  }

  private _removeAt(at: number): void {
    const listener = this._list[at];
    if (!listener) return;
    listener._removed = true;
    this._list.splice(at, 1);
  }
}

function call(callback: Callback, target: object, event: SocketEvent): void {
  try {
    if (typeof callback === 'function') callback.call(target, event);
    else (callback.handleEvent as (event: SocketEvent) => void)(event);
  } catch (error) {
    // Thrown from a timer it reaches `window.onerror`, as an exception in a native listener does.
    later(() => {
      throw error;
    }, 0);
  }
}

function captureOf(options: unknown): boolean {
  return !!(isObject(options) ? options.capture : options);
}

function isObject(value: unknown): value is ListenerOptions {
  return !!value && typeof value === 'object';
}
