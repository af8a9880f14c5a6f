import type { NativeWebSocket, NativeWebSocketConstructor, Uint8ArrayConstructor } from '../../browser.d.ts';
import { Bytes } from '../lang/bytes.ts';
import { createAlarm } from './alarm.ts';
import type { DirectSocket, DirectSocketEvents, DirectSocketHooks } from './direct-socket.ts';
import type { Platform } from './platform.ts';

/**
 * Milliseconds between checks for a socket that is stuck in CLOSING. Firefox and Chromium allow 10
 * s for closing and then report the end themselves, so this is longer.
 */
const CLOSING = 12000;
/**
 * Milliseconds within which a broken connection suggests a proxy that lets nothing through. Such
 * proxies cut at about 60 s (SignalR#3944). A later break has other causes.
 */
const CUT = 120000;
/** Milliseconds by which the timeout may fire late on a page that was not suspended. */
const SPARED = 300;
/** Milliseconds between reads of the browser's `bufferedAmount`, which has no event. */
const LOOK = 50;

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
 * turns out to be a draft. The socket is abandoned if it is not open after `timeout` milliseconds.
 */
export function openNative(
  platform: Platform,
  url: string,
  protocols: string[],
  timeout: number,
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

  const since = platform._now();
  /** Bytes that were passed to the browser and not yet reported as sent. */
  let queued = 0;
  let opened = false;
  let heard = false;
  /**
   * Something was sent in this task. It counts as buffered until the next task (WHATWG WebSockets,
   * `bufferedAmount`), although old WebKit subtracts it at once.
   */
  let fresh = false;
  let spared = false;
  const late = createAlarm(platform, (after) => {
    // A page that was suspended may not have seen the response. Once, that is no sign of a bad
    // network.
    if (spared || after < SPARED) pass('no answer');
    else late._set(timeout);
    spared = true;
  });
  const again = createAlarm(platform, lookAgain);
  /** Bytes that were still queued at the last check in CLOSING; -1 if it was not in CLOSING. */
  let left = -1;
  // JavaFX never reports the end after a Close. Older WebKits may take four minutes.
  const closing = createAlarm(platform, () => {
    const before = left;
    left = socket.readyState === 2 ? queued : -1;
    if (left >= 0 && left === before) ended(1006, '', false);
    else closing._set(CLOSING);
  });

  function look(): void {
    fresh = false;
    const gone = queued - socket.bufferedAmount;
    if (gone > 0) {
      queued -= gone;
      events.sent(gone);
    }
  }

  function lookAgain(): void {
    look();
    if (queued && socket.onclose) again._set(LOOK);
  }

  function detach(): void {
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    late._clear();
    again._clear();
    closing._clear();
  }

  function ended(code: number, reason: string, wasClean: boolean): void {
    look();
    detach();
    if (!heard && !wasClean && platform._now() - since < CUT) hooks.proved(false);
    hooks.over(code);
    if (wasClean) events.closing();
    events.closed(code, reason, wasClean, !wasClean);
  }

  function pass(reason: string): void {
    abandon();
    hooks.passed(reason);
  }

  function abandon(): void {
    detach();
    try {
      socket.close();
    } catch (_) {
      // Some engines throw for a closed socket.
    }
  }

  // Checked on the socket: up to Chrome 42 and Safari 8, attributes are on instances and not on the
  // prototype.
  if (!('binaryType' in socket)) {
    abandon();
    return undefined;
  }
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    late._clear();
    // Firefox and WebKit open it although they should fail (WHATWG WebSockets, "establish a
    // WebSocket connection").
    if (protocols.length && socket.protocol === '') {
      abandon();
      hooks.unfit('subprotocol not selected');
      return;
    }
    opened = true;
    closing._set(CLOSING);
    hooks.opened();
    events.open(socket.protocol || '', socket.extensions || '');
  };
  socket.onmessage = (event) => {
    look();
    if (!heard) hooks.proved(true);
    heard = true;
    events.message(event.data as string | ArrayBuffer);
  };
  socket.onclose = (event) => {
    const wasClean = !!event.wasClean;
    if (!opened) {
      pass('refused');
      return;
    }
    // RFC 6455 §7.1.5: no code means 1005 after a Close, 1006 without one.
    ended(event.code || (wasClean ? 1005 : 1006), event.reason || '', wasClean);
  };
  late._set(timeout);

  return {
    send: (data, size) => {
      queued += size;
      socket.send(
        data instanceof Bytes ? new (platform._page.Uint8Array as Uint8ArrayConstructor)(data.bytes) : data
      );
      if (fresh) return;
      fresh = true;
      // Set again, because a timer that was set before may fire much later than the next task.
      again._set(0);
    },
    close: (code, reason) => {
      if (code === 1005) socket.close();
      else socket.close(code, reason);
    },
    settle: () => {
      if (!fresh) look();
    },
    abandon: abandon
  };
}
