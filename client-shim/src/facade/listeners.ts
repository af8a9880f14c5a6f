import { put } from '../browser/define.ts';
import { later } from '../browser/timer.ts';
import type { SocketEvent } from './events.ts';

type Callback = ((event: SocketEvent) => unknown) | { handleEvent?: unknown };

interface Listener {
  readonly type: string;
  callback: Callback;
  /** Null for the one that was set through an `on…` attribute. */
  readonly capture: boolean | null;
  readonly once: boolean;
  removed: boolean;
}

interface ListenerOptions {
  capture?: unknown;
  once?: unknown;
  signal?: { aborted: boolean; addEventListener(type: string, run: () => void): void };
}

/** The listeners of one socket, in order (DOM §2.7, HTML §8.1.8.1 for the `on…` attributes). */
export class Listeners {
  private list: Listener[] = [];

  add(type: string, callback: unknown, options: unknown): void {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object')
      throw new TypeError('The listener is neither a function nor an object.');
    const { once, signal }: ListenerOptions = isObject(options) ? options : {};
    const capture = captureOf(options);
    if ((signal && signal.aborted) || this.find(type, capture, callback) >= 0) return;
    this.list.push({ type, callback, capture, once: !!once, removed: false });
    if (signal) signal.addEventListener('abort', () => this.remove(type, callback, capture));
  }

  remove(type: string, callback: unknown, options: unknown): void {
    this.removeAt(this.find(type, captureOf(options), callback));
  }

  /** The function set as `on…`, or null. */
  handler(type: string): unknown {
    const found = this.list[this.find(type, null)];
    return found ? found.callback : null;
  }

  /** Sets `on…`: another function takes the place of the former in the order; whatever is no function counts as null. */
  setHandler(type: string, value: unknown): void {
    const at = this.find(type, null);
    const found = this.list[at];
    if (typeof value !== 'function') this.removeAt(at);
    else if (found) found.callback = value as Callback;
    else this.list.push({ type, callback: value as Callback, capture: null, once: false, removed: false });
  }

  /** Calls the listeners of the event's type; what one throws stops no other and is reported as uncaught. */
  dispatch(target: object, event: SocketEvent): void {
    let stopped = false;
    put(event, 'target', target);
    put(event, 'currentTarget', target);
    put(event, 'stopImmediatePropagation', () => {
      stopped = true;
    });
    const list = this.list.slice(0);
    for (let at = 0; at < list.length && !stopped; at += 1) {
      const listener = list[at] as Listener;
      if (listener.removed || listener.type !== event.type) continue;
      if (listener.once) this.remove(listener.type, listener.callback, listener.capture);
      call(listener.callback, target, event);
    }
    put(event, 'currentTarget', null);
  }

  private find(type: string, capture: boolean | null, callback?: unknown): number {
    for (let at = 0; at < this.list.length; at += 1) {
      const entry = this.list[at] as Listener;
      const found = entry.type === type && entry.capture === capture;
      if (found && (capture === null || entry.callback === callback)) return at;
    }
    return -1;
  }

  private removeAt(at: number): void {
    const listener = this.list[at];
    if (!listener) return;
    listener.removed = true;
    this.list.splice(at, 1);
  }
}

function call(callback: Callback, target: object, event: SocketEvent): void {
  try {
    if (typeof callback === 'function') callback.call(target, event);
    else (callback.handleEvent as (event: SocketEvent) => void)(event);
  } catch (error) {
    // From a timer it reaches window.onerror, as an exception in a native listener does.
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
