import { put } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import { later } from '../browser/timer.ts';
import { illegalCall } from './errors.ts';
import { createEvent, type EventKind, type SocketEvent } from './events.ts';

type Callback = ((event: SocketEvent) => unknown) | { handleEvent?: unknown };

/** What a socket needs of an event target: the engine's own, or `Listeners`. */
export interface SocketListeners {
  readonly _target: object;
  _add(type: string, callback: unknown, options: unknown): void;
  _remove(type: string, callback: unknown, options: unknown): void;
  _event(kind: EventKind, type: string, fields: Record<string, unknown>): SocketEvent;
  _dispatch(event: SocketEvent): void;
}

interface Listener {
  readonly type: string;
  readonly _callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  _removed: boolean;
}

interface ListenerOptions {
  capture?: unknown;
  once?: unknown;
}

/**
 * The listeners of one socket, in order (DOM §2.7), where the engine cannot construct an
 * EventTarget. Such engines do not know the option `signal` of listeners either.
 */
export class Listeners implements SocketListeners {
  readonly _target: object;
  private readonly _list: Listener[] = [];

  constructor(target: object) {
    this._target = target;
  }

  _add(type: string, callback: unknown, options: unknown): void {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') throw illegalCall();
    const once = isObject(options) && !!options.once;
    const capture = captureOf(options);
    if (this._find(type, callback, capture) < 0)
      this._list.push({ type, _callback: callback, capture, once, _removed: false });
  }

  _remove(type: string, callback: unknown, options: unknown): void {
    const at = this._find(type, callback, captureOf(options));
    const listener = this._list[at];
    if (!listener) return;
    listener._removed = true;
    this._list.splice(at, 1);
  }

  _event(kind: EventKind, type: string, fields: Record<string, unknown>): SocketEvent {
    return createEvent(kind, type, fields);
  }

  /**
   * Calls the listeners of the event's type. If one throws, the others still run, and the error is
   * reported as uncaught.
   */
  _dispatch(event: SocketEvent): void {
    let stopped = false;
    put(event, 'target', this._target);
    put(event, 'currentTarget', this._target);
    put(event, 'stopImmediatePropagation', () => {
      stopped = true;
    });
    const list = this._list.slice(0);
    for (let at = 0; at < list.length && !stopped; at += 1) {
      const listener = list[at] as Listener;
      if (listener._removed || listener.type !== event.type) continue;
      if (listener.once) this._remove(listener.type, listener._callback, listener.capture);
      call(listener._callback, this._target, event);
    }
    put(event, 'currentTarget', null);
  }

  private _find(type: string, callback: unknown, capture: boolean): number {
    for (let at = 0; at < this._list.length; at += 1) {
      const entry = this._list[at] as Listener;
      if (entry.type === type && entry._callback === callback && entry.capture === capture) return at;
    }
    return -1;
  }
}

function call(callback: Callback, socket: object, event: SocketEvent): void {
  try {
    if (typeof callback === 'function') callback.call(socket, event);
    else (callback.handleEvent as (event: SocketEvent) => void)(event);
  } catch (error) {
    if (page.reportError) page.reportError(error);
    // Thrown from a timer it reaches `window.onerror`, as an exception in a native listener does.
    else
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
