import { isBlob } from '../browser/binary.ts';
import { isDetached } from '../browser/page.ts';
import { TaskQueue } from '../browser/task-queue.ts';
import { later } from '../browser/timer.ts';
import { outsideZones } from '../browser/zone.ts';
import type { Connection, ConnectionEvents, Payload, Step } from '../connect/connection.ts';
import { closeArguments } from './close-arguments.ts';
import { domError, illegalCall } from './errors.ts';
import { EventHandlers } from './event-handlers.ts';
import type { EventKind, SocketEvent } from './events.ts';
import { incoming } from './incoming.ts';
import type { SocketListeners } from './listeners.ts';
import { Outbox, outgoing } from './outgoing.ts';
import type { StompHooks } from './stomp-hooks.ts';
import { originOf } from './url.ts';

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** What a socket uses of its surroundings. */
export interface Face {
  readonly _stompHooks: StompHooks;
  /** Synchronizes plain fields with the state. Does nothing if the engine has accessors. */
  _sync(): void;
  /** Called when `readyState` has changed. */
  _changed(): void;
}

/**
 * One WebSocket as the standard describes it. How its attributes are defined in this engine is in
 * `web-socket.ts`.
 */
export class SocketState implements ConnectionEvents {
  readonly url: string;
  readyState = CONNECTING;
  extensions = '';
  protocol = '';
  binaryType = 'blob';
  readonly _face: Face;
  readonly _listeners: SocketListeners;
  private readonly _handlers: EventHandlers;
  private readonly _connect: (events: ConnectionEvents) => Connection | string;
  private readonly _tasks = new TaskQueue();
  private readonly _outbox = new Outbox();
  private _started = false;
  private _connection: Connection | null = null;
  /** Why there is no connection, for `diagnostics`. */
  private readonly _steps: Step[] = [];
  private _buffered = 0;

  /** `connect` returns null where there is nothing to connect to. */
  constructor(
    url: string,
    face: Face,
    listeners: SocketListeners,
    connect: (events: ConnectionEvents) => Connection | string
  ) {
    this.url = url;
    this._face = face;
    this._listeners = listeners;
    this._handlers = new EventHandlers(listeners);
    this._connect = connect;
  }

  /**
   * Starts to connect, once. Without an address the connection fails later, as one to an
   * unreachable host does.
   */
  _start(): void {
    if (this._started) return;
    this._started = true;
    const made = outsideZones(() => this._connect(this));
    if (typeof made === 'string') {
      this._steps.push({ time: 0, transport: '', what: made });
      this._fail();
    } else this._connection = made;
  }

  bufferedAmount(): number {
    if (this._connection) this._connection.settle();
    return this._buffered;
  }

  transport(): string {
    return this._connection ? this._connection.transport() : '';
  }

  diagnostics(): Step[] {
    return this._connection ? this._connection.diagnostics() : this._steps;
  }

  /** The value of an attribute. Computed ones are methods. */
  _get(name: string): unknown {
    const value = (this as unknown as Record<string, unknown>)[name];
    // A browser closes the sockets of a frame that was removed, without an event.
    if (name === 'readyState' && isDetached()) return CLOSED;
    if (/^on/.test(name)) return this._handlers._get(name);
    return typeof value === 'function' ? value.call(this) : value;
  }

  /** Sets `binaryType` or an `on…` attribute. */
  _set(name: string, value: unknown): void {
    if (/^on/.test(name)) this._handlers._set(name, value);
    else if (/^(blob|arraybuffer)$/.test(`${value}`)) this.binaryType = `${value}`;
  }

  // --- the page's calls ---

  send(argument: unknown): void {
    const { data, size } = outgoing(argument);
    if (this.readyState === CONNECTING) throw domError('InvalidStateError', 11, 'Still connecting.');
    this._buffered += size;
    this._face._sync();
    if (this.readyState !== OPEN) return;
    const go = (payload: Payload) => this._whileConnected((connection) => connection.send(payload, size));
    if (isBlob(data)) this._outbox._read(data, go, () => this._fail());
    else this._outbox._add(() => go(data));
  }

  close(code: unknown, reason: unknown): void {
    const status = closeArguments(code, reason);
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    this._face._changed();
    this._face._sync();
    if (!this._connection) this._fail();
    this._outbox._add(() =>
      this._whileConnected((connection) => connection.close(status.code, status.reason))
    );
  }

  addEventListener(type: unknown, callback: unknown, options: unknown): void {
    this._face._sync();
    this._listeners._add(`${type}`, callback, options);
  }

  removeEventListener(type: unknown, callback: unknown, options: unknown): void {
    this._listeners._remove(`${type}`, callback, options);
  }

  dispatchEvent(event: SocketEvent): boolean {
    if (!event || typeof event !== 'object') throw illegalCall();
    const { _stompHooks: stompHooks } = this._face;
    const outer = stompHooks._event;
    this._face._sync();
    stompHooks._event = event;
    this._listeners._dispatch(event);
    stompHooks._event = outer;
    this._face._sync();
    return !event.defaultPrevented;
  }

  /** The page is being unloaded. */
  _unload(): void {
    this._whileConnected((connection) => connection._unload());
  }

  /** The page enters the back/forward cache (true) or leaves it (false). */
  _freeze(frozen: boolean): void {
    this._whileConnected((connection) => connection._freeze(frozen));
  }

  // --- the connection's events ---

  open(protocol: string, extensions: string): void {
    this._tasks._add(() => {
      if (this.readyState !== CONNECTING) return;
      this.readyState = OPEN;
      this.protocol = protocol;
      this.extensions = extensions;
      this._face._changed();
      this._fire('Event', 'open', {});
    });
  }

  message(data: Payload): void {
    this._tasks._add(() => {
      if (this.readyState !== OPEN) return;
      // Reads a plain field `binaryType` now, because its value at delivery counts.
      this._face._sync();
      this._fire('MessageEvent', 'message', {
        data: incoming(data, this.binaryType),
        origin: originOf(this.url)
      });
    });
  }

  sent(bytes: number): void {
    this._buffered -= bytes;
    this._face._sync();
  }

  closing(): void {
    this._tasks._add(() => {
      if (this.readyState < CLOSING) this.readyState = CLOSING;
      this._face._sync();
    });
  }

  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void {
    this._tasks._add(() => {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      this._face._changed();
      // A task of its own, so that a page can await one event after the other.
      this._tasks._add(() => this._fire('CloseEvent', 'close', { code, reason, wasClean }));
      if (failed) this._fire('Event', 'error', {});
    });
  }

  private _fire(kind: EventKind, type: string, fields: Record<string, unknown>): void {
    this.dispatchEvent(this._listeners._event(kind, type, fields));
  }

  private _fail(): void {
    this._whileConnected((connection) => connection.close(1005, ''));
    later(() => this.closed(1006, '', false, true), 0);
  }

  private _whileConnected(act: (connection: Connection) => void): void {
    const connection = this._connection;
    if (connection && this._get('readyState') !== CLOSED) outsideZones(() => act(connection));
  }
}
