import type { SocketEvent } from './events.ts';
import type { SocketListeners } from './listeners.ts';

interface Handler {
  _value: unknown;
  readonly _listener: (event: SocketEvent) => void;
}

/**
 * The `on…` attributes of one socket (HTML, "event handlers"). Each is a listener that calls the
 * attribute's value. It is added with the first value and removed with null, so another value takes
 * the place of the former one. Any object is a value; only a function is called.
 */
export class EventHandlers {
  private readonly _listeners: SocketListeners;
  /** By the name of the attribute. */
  private readonly _handlers: Record<string, Handler | null> = {};

  constructor(listeners: SocketListeners) {
    this._listeners = listeners;
  }

  _get(name: string): unknown {
    const handler = this._handlers[name];
    return handler ? handler._value : null;
  }

  _set(name: string, value: unknown): void {
    const type = name.substring(2);
    const handler = this._handlers[name];
    if (value && /^[of]/.test(typeof value)) {
      const kept = handler || createHandler(value);
      kept._value = value;
      this._handlers[name] = kept;
      if (!handler) this._listeners._add(type, kept._listener, false);
    } else if (handler) {
      this._handlers[name] = null;
      this._listeners._remove(type, handler._listener, false);
    }
  }
}

function createHandler(value: unknown): Handler {
  const handler: Handler = {
    _value: value,
    _listener: function (this: unknown, event: SocketEvent): void {
      const current = handler._value;
      if (typeof current === 'function' && current.call(this, event) === false)
        (event.preventDefault as () => void)();
    }
  };
  return handler;
}
