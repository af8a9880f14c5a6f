import { isBlob } from '../browser/binary.ts';
import { TaskQueue } from '../browser/task-queue.ts';
import { later } from '../browser/timer.ts';
import type { Connect, Connection, ConnectionEvents, Payload, Step, Target } from '../connect/connection.ts';
import { closeArguments } from './close-arguments.ts';
import { domError } from './errors.ts';
import { closeEvent, messageEvent, type SocketEvent, simpleEvent } from './events.ts';
import { incoming } from './incoming.ts';
import { Listeners } from './listeners.ts';
import { Outbox, outgoing } from './outgoing.ts';
import type { StompHooks } from './stomp-hooks.ts';
import { originOf } from './url.ts';

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** What a socket uses of the object that the page holds. */
export interface Face {
  /** The object itself, which is the target of the events. */
  readonly target: object;
  readonly _stompHooks: StompHooks;
  /** Synchronizes plain fields with the state. Does nothing if the engine has accessors. */
  _sync(): void;
  /** Called after the last event. */
  _ended(): void;
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
  readonly _listeners: Listeners = new Listeners();
  readonly _face: Face;
  private readonly _tasks = new TaskQueue();
  private readonly _outbox = new Outbox();
  private _connection: Connection | null = null;
  private _buffered = 0;

  constructor(url: string, face: Face) {
    this.url = url;
    this._face = face;
  }

  /**
   * Starts to connect. Without a target the connection fails later, as one to an unreachable host
   * does.
   */
  _start(connect: Connect, target: Target | null): void {
    if (target) this._connection = connect(target, this);
    else this._fail();
  }

  bufferedAmount(): number {
    if (this._connection) this._connection.settle();
    return this._buffered;
  }

  transport(): string {
    return this._connection ? this._connection.transport() : '';
  }

  diagnostics(): Step[] {
    return this._connection ? this._connection.diagnostics() : [];
  }

  _setBinaryType(value: unknown): void {
    if (value === 'blob' || value === 'arraybuffer') this.binaryType = value;
  }

  // --- the page's calls ---

  send(argument: unknown): void {
    if (this.readyState === CONNECTING) throw domError('InvalidStateError', 11, 'Still connecting.');
    const { data, size } = outgoing(argument);
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
    this._face._sync();
    this._outbox._add(() =>
      this._whileConnected((connection) => connection.close(status.code, status.reason))
    );
  }

  _dispatch(event: SocketEvent): void {
    const { _stompHooks: stompHooks, target } = this._face;
    const outer = stompHooks._event;
    this._face._sync();
    stompHooks._event = event;
    this._listeners._dispatch(target, event);
    stompHooks._event = outer;
    this._face._sync();
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
      this._dispatch(simpleEvent('open'));
    });
  }

  message(data: Payload): void {
    this._tasks._add(() => {
      if (this.readyState !== OPEN) return;
      // Reads a plain field `binaryType` now, because its value at delivery counts.
      this._face._sync();
      this._dispatch(messageEvent(incoming(data, this.binaryType), originOf(this.url)));
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
      if (failed) this._dispatch(simpleEvent('error'));
      this._dispatch(closeEvent(code, reason, wasClean));
      this._face._ended();
    });
  }

  private _fail(): void {
    this._whileConnected((connection) => connection.close(1005, ''));
    later(() => this.closed(1006, '', false, true), 0);
  }

  private _whileConnected(act: (connection: Connection) => void): void {
    if (this._connection && this.readyState !== CLOSED) act(this._connection);
  }
}
