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
import type { Seam } from './seam.ts';
import { originOf } from './url.ts';

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** What a socket needs of the object that the page holds. */
export interface Face {
  /** The object itself, target of the events. */
  readonly target: object;
  readonly seam: Seam;
  /** Brings plain fields and state into agreement; does nothing where there are accessors. */
  sync(): void;
  /** After the last event. */
  ended(): void;
}

/** One WebSocket as the standard describes it, apart from how its attributes are spelled in this engine (`web-socket.ts`). */
export class SocketState implements ConnectionEvents {
  readonly url: string;
  readyState = CONNECTING;
  extensions = '';
  protocol = '';
  binaryType = 'blob';
  readonly listeners: Listeners = new Listeners();
  readonly face: Face;
  private readonly tasks = new TaskQueue();
  private readonly outbox = new Outbox();
  private connection: Connection | null = null;
  private buffered = 0;

  constructor(url: string, face: Face) {
    this.url = url;
    this.face = face;
  }

  /** Goes to the network; without a target the connection fails, later, as one to nowhere does. */
  start(connect: Connect, target: Target | null): void {
    if (target) this.connection = connect(target, this);
    else this.fail();
  }

  bufferedAmount(): number {
    if (this.connection) this.connection.settle();
    return this.buffered;
  }

  transport(): string {
    return this.connection ? this.connection.transport() : '';
  }

  diagnostics(): Step[] {
    return this.connection ? this.connection.diagnostics() : [];
  }

  setBinaryType(value: unknown): void {
    if (value === 'blob' || value === 'arraybuffer') this.binaryType = value;
  }

  // --- the page's calls ---

  send(argument: unknown): void {
    if (this.readyState === CONNECTING)
      throw domError('InvalidStateError', 11, 'The WebSocket is still connecting.');
    const { data, size } = outgoing(argument);
    this.buffered += size;
    this.face.sync();
    if (this.readyState !== OPEN) return;
    const go = (payload: Payload) => this.whileConnected((connection) => connection.send(payload, size));
    if (isBlob(data)) this.outbox.read(data, go, () => this.fail());
    else this.outbox.add(() => go(data));
  }

  close(code: unknown, reason: unknown): void {
    const status = closeArguments(code, reason);
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    this.face.sync();
    this.outbox.add(() => this.whileConnected((connection) => connection.close(status.code, status.reason)));
  }

  dispatch(event: SocketEvent): void {
    const { seam, target } = this.face;
    const outer = seam.event;
    this.face.sync();
    seam.event = event;
    this.listeners.dispatch(target, event);
    seam.event = outer;
    this.face.sync();
  }

  /** The page is being left. */
  leave(): void {
    this.whileConnected((connection) => connection.leave());
  }

  /** The page goes into the back/forward cache, or comes out of it. */
  rest(resting: boolean): void {
    this.whileConnected((connection) => connection.rest(resting));
  }

  // --- what the connection tells ---

  open(protocol: string, extensions: string): void {
    this.tasks.add(() => {
      if (this.readyState !== CONNECTING) return;
      this.readyState = OPEN;
      this.protocol = protocol;
      this.extensions = extensions;
      this.dispatch(simpleEvent('open'));
    });
  }

  message(data: Payload): void {
    this.tasks.add(() => {
      if (this.readyState !== OPEN) return;
      // A plain field binaryType is read now: the type at delivery counts.
      this.face.sync();
      this.dispatch(messageEvent(incoming(data, this.binaryType), originOf(this.url)));
    });
  }

  sent(bytes: number): void {
    this.buffered -= bytes;
    this.face.sync();
  }

  closing(): void {
    this.tasks.add(() => {
      if (this.readyState < CLOSING) this.readyState = CLOSING;
      this.face.sync();
    });
  }

  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void {
    this.tasks.add(() => {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      if (failed) this.dispatch(simpleEvent('error'));
      this.dispatch(closeEvent(code, reason, wasClean));
      this.face.ended();
    });
  }

  private fail(): void {
    this.whileConnected((connection) => connection.close(1005, ''));
    later(() => this.closed(1006, '', false, true), 0);
  }

  private whileConnected(act: (connection: Connection) => void): void {
    if (this.connection && this.readyState !== CLOSED) act(this.connection);
  }
}
