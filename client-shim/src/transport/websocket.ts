import type {
  CloseEvent,
  MessageEvent,
  NativeWebSocket,
  NativeWebSocketConstructor,
  Uint8ArrayConstructor
} from '../../browser.d.ts';
import { Bytes } from '../lang/bytes.ts';
import type { Binary } from '../wire/payload.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import type { DirectSocket, DirectSocketEvents, DirectSocketHooks } from './direct-socket.ts';
import type { Platform } from './platform.ts';

/**
 * Milliseconds between checks for a socket that is stuck in CLOSING. Firefox and Chromium allow 10
 * s for closing and then report the end themselves, so this is longer.
 */
const CLOSING_TIMEOUT = 12000;
/**
 * Milliseconds within which a broken connection suggests a proxy that lets nothing through. Such
 * proxies cut at about 60 s (SignalR#3944). A later break has other causes.
 */
const PROXY_TIMEOUT = 120000;
/** Milliseconds between reads of the browser's `bufferedAmount`, which has no event. */
const POLL_INTERVAL = 50;

/**
 * Whether a native constructor may implement RFC 6455. The hixie drafts (Safari 5, Chrome 4 to 13,
 * iOS 4 and 5, Android, Opera 11) have no CLOSING state, so CLOSED is 2 there (W3C drafts of 2009
 * and 2011).
 */
export function isTrusted(
  socket: NativeWebSocketConstructor | undefined
): socket is NativeWebSocketConstructor {
  return !!socket && socket.CLOSED === 3;
}

/**
 * Opens a native socket that `isTrusted` accepts. Undefined if the engine refuses, or if the socket
 * turns out to be a draft.
 */
export function openNative(
  platform: Platform,
  url: string,
  protocols: string[],
  events: DirectSocketEvents,
  hooks: DirectSocketHooks
): DirectSocket | undefined {
  const Socket = platform._socket as NativeWebSocketConstructor;
  let socket: NativeWebSocket;
  try {
    // Some engines throw for mixed content. Old engines offer an empty subprotocol for an empty
    // list.
    socket = protocols.length ? new Socket(url, protocols) : new Socket(url);
  } catch (_) {
    return undefined;
  }
  // Checked on the socket: up to Chrome 42 and Safari 8, attributes are on instances and not on the
  // prototype.
  if ('binaryType' in socket) return new NativeSocket(platform, socket, protocols, events, hooks);
  closeQuietly(socket);
  return undefined;
}

function closeQuietly(socket: NativeWebSocket): void {
  try {
    socket.close();
  } catch (_) {
    // Some engines throw for a closed socket.
  }
}

class NativeSocket implements DirectSocket {
  private readonly _platform: Platform;
  private readonly _socket: NativeWebSocket;
  private readonly _protocols: string[];
  private readonly _events: DirectSocketEvents;
  private readonly _hooks: DirectSocketHooks;
  private readonly _since: number;
  /** Bytes that were passed to the browser and not yet reported as sent. */
  private _queued = 0;
  private _opened = false;
  private _hasReceived = false;
  /** The browser fired `error`. It does not for every end without a Close. */
  private _failed = false;
  /**
   * Something was sent in this task. It counts as buffered until the next task (WHATWG WebSockets,
   * `bufferedAmount`), although old WebKit subtracts it at once.
   */
  private _fresh = false;
  /** Bytes that were still queued at the last check in CLOSING; -1 if it was not in CLOSING. */
  private _left = -1;
  private readonly _polling: Alarm;
  /** JavaFX never reports the end after a Close. Older WebKits may take four minutes. */
  private readonly _closing: Alarm;

  constructor(
    platform: Platform,
    socket: NativeWebSocket,
    protocols: string[],
    events: DirectSocketEvents,
    hooks: DirectSocketHooks
  ) {
    this._platform = platform;
    this._socket = socket;
    this._protocols = protocols;
    this._events = events;
    this._hooks = hooks;
    this._since = platform._now();
    this._polling = createAlarm(platform, () => this._poll());
    this._closing = createAlarm(platform, () => this._checkClosing());
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this._onOpen();
    socket.onmessage = (event) => this._onMessage(event);
    socket.onerror = () => {
      this._failed = true;
    };
    socket.onclose = (event) => this._onClose(event);
  }

  send(data: string | Binary, size: number): void {
    this._queued += size;
    this._socket.send(
      data instanceof Bytes
        ? new (this._platform._page.Uint8Array as Uint8ArrayConstructor)(data.bytes)
        : data
    );
    if (this._fresh) return;
    this._fresh = true;
    // Set again, because a timer that was set before may fire much later than the next task.
    this._polling._set(0);
  }

  close(code: number, reason: string): void {
    if (code === 1005) this._socket.close();
    else this._socket.close(code, reason);
  }

  settle(): void {
    if (!this._fresh) this._reportSent();
  }

  abandon(): void {
    this._detach();
    closeQuietly(this._socket);
  }

  private _onOpen(): void {
    // Firefox and WebKit open it although they should fail (WHATWG WebSockets, "establish a
    // WebSocket connection").
    if (this._protocols.length && this._socket.protocol === '') {
      this.abandon();
      this._hooks.unfit('subprotocol not selected');
      return;
    }
    this._opened = true;
    this._closing._set(CLOSING_TIMEOUT);
    this._hooks.opened();
    this._events.open(this._socket.protocol || '', this._socket.extensions || '');
  }

  private _onMessage(event: MessageEvent): void {
    this._reportSent();
    if (!this._hasReceived) this._hooks.proved(true);
    this._hasReceived = true;
    this._events.message(event.data as string | ArrayBuffer);
  }

  private _onClose(event: CloseEvent): void {
    const wasClean = !!event.wasClean;
    // RFC 6455 §7.1.5: no code means 1005 after a Close, 1006 without one.
    const code = event.code;
    if (this._opened)
      this._end(code === undefined ? (wasClean ? 1005 : 1006) : code, event.reason || '', wasClean);
    else {
      this.abandon();
      this._hooks.passed('refused');
    }
  }

  private _checkClosing(): void {
    const before = this._left;
    this._left = this._socket.readyState === 2 ? this._queued : -1;
    if (this._left >= 0 && this._left === before) this._end(1006, '', false);
    else this._closing._set(CLOSING_TIMEOUT);
  }

  private _reportSent(): void {
    this._fresh = false;
    const sent = this._queued - this._socket.bufferedAmount;
    if (sent > 0) {
      this._queued -= sent;
      this._events.sent(sent);
    }
  }

  private _poll(): void {
    this._reportSent();
    if (this._queued && this._socket.onclose) this._polling._set(POLL_INTERVAL);
  }

  private _end(code: number, reason: string, wasClean: boolean): void {
    this._reportSent();
    this._detach();
    if (!this._hasReceived && !wasClean && this._platform._now() - this._since < PROXY_TIMEOUT)
      this._hooks.proved(false);
    this._hooks.over(code);
    if (wasClean) this._events.closing();
    this._events.closed(code, reason, wasClean, this._failed);
  }

  private _detach(): void {
    const socket = this._socket;
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    this._polling._clear();
    this._closing._clear();
  }
}
