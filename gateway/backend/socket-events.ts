import { EventEmitter } from 'node:events';

/** The events of the EventEmitter, and the arguments of their listeners. */
export interface SocketEventMap {
  open: [];
  message: [data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean];
  close: [code: number, reason: Buffer];
  error: [error: Error];
  ping: [data: Buffer];
  pong: [data: Buffer];
}

/** The event that listeners of `addEventListener` and `onmessage` get, in the shape of `ws`. */
export interface SocketEvent {
  readonly type: string;
  readonly target: unknown;
}

export interface SocketMessageEvent extends SocketEvent {
  /** A string for text, whatever `binaryType` says for binary. */
  readonly data: unknown;
}

export interface SocketCloseEvent extends SocketEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface SocketErrorEvent extends SocketEvent {
  readonly error: Error;
  readonly message: string;
}

interface EventTypes {
  open: SocketEvent;
  message: SocketMessageEvent;
  close: SocketCloseEvent;
  error: SocketErrorEvent;
}

type EventType = keyof EventTypes;

type SocketListener<Type extends EventType> =
  | ((event: EventTypes[Type]) => void)
  | { handleEvent(event: EventTypes[Type]): void };

type Handler<Type extends EventType> = ((event: EventTypes[Type]) => void) | null;

/** A listener of the EventTarget, and the one of the EventEmitter that calls it. */
interface Adapter {
  readonly listener: unknown;
  readonly emitted: (...args: unknown[]) => void;
}

/**
 * The EventEmitter of a `ws` socket, and beside it `addEventListener` and the `on…` attributes of
 * browsers. Listeners of both kinds are called in the order in which they were added.
 */
export class SocketEvents extends EventEmitter<SocketEventMap> {
  /** Absent until there is one: programs for `ws` use `on`. */
  #adapters: Map<EventType, Adapter[]> | undefined;
  /** The `on…` attributes. Absent until one is set. */
  #handlers: Map<EventType, Adapter> | undefined;

  addEventListener<Type extends EventType>(
    type: Type,
    listener: SocketListener<Type>,
    options?: { once?: boolean },
  ): void {
    this.#adapters ??= new Map();
    const adapters = this.#adapters.get(type) ?? [];
    if (adapters.some((adapter) => adapter.listener === listener)) return;
    const emitted = (...args: unknown[]): void => {
      if (options?.once) this.removeEventListener(type, listener);
      const event = this.#eventOf(type, args) as EventTypes[Type];
      if (typeof listener === 'function') listener.call(this, event);
      else listener.handleEvent(event);
    };
    this.#adapters.set(type, [...adapters, { listener, emitted }]);
    this.on(type, emitted as never);
  }

  removeEventListener<Type extends EventType>(type: Type, listener: SocketListener<Type>): void {
    const adapters = this.#adapters?.get(type) ?? [];
    const adapter = adapters.find((candidate) => candidate.listener === listener);
    if (!adapter) return;
    this.#adapters?.set(
      type,
      adapters.filter((candidate) => candidate !== adapter),
    );
    this.off(type, adapter.emitted as never);
  }

  get onopen(): Handler<'open'> {
    return this.#handler('open');
  }

  set onopen(handler: Handler<'open'>) {
    this.#setHandler('open', handler);
  }

  get onmessage(): Handler<'message'> {
    return this.#handler('message');
  }

  set onmessage(handler: Handler<'message'>) {
    this.#setHandler('message', handler);
  }

  get onclose(): Handler<'close'> {
    return this.#handler('close');
  }

  set onclose(handler: Handler<'close'>) {
    this.#setHandler('close', handler);
  }

  get onerror(): Handler<'error'> {
    return this.#handler('error');
  }

  set onerror(handler: Handler<'error'>) {
    this.#setHandler('error', handler);
  }

  #handler<Type extends EventType>(type: Type): Handler<Type> {
    return (this.#handlers?.get(type)?.listener ?? null) as Handler<Type>;
  }

  #setHandler<Type extends EventType>(type: Type, handler: Handler<Type>): void {
    const before = this.#handlers?.get(type);
    if (before) this.off(type, before.emitted as never);
    this.#handlers?.delete(type);
    if (typeof handler !== 'function') return;
    const emitted = (...args: unknown[]): void => {
      handler.call(this, this.#eventOf(type, args) as EventTypes[Type]);
    };
    this.#handlers ??= new Map();
    this.#handlers.set(type, { listener: handler, emitted });
    this.on(type, emitted as never);
  }

  #eventOf(type: EventType, args: readonly unknown[]): SocketEvent {
    const event = { type, target: this };
    if (type === 'message') return { ...event, data: args[1] ? args[0] : String(args[0]) } as SocketEvent;
    if (type === 'error')
      return { ...event, error: args[0], message: (args[0] as Error).message } as SocketEvent;
    if (type !== 'close') return event;
    const [code, reason] = args as [number, Buffer];
    return { ...event, code, reason: reason.toString(), wasClean: code !== 1006 } as SocketEvent;
  }
}
