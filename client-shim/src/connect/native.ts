import { createAlarm } from '../session/alarm.ts';
import type { Platform } from '../transport/platform.ts';
import { type Native, openNative } from '../transport/websocket.ts';
import type { ConnectionEvents, Target } from './connection.ts';
import type { Memory } from './memory.ts';
import { BAD_FOR, GOOD_FOR } from './mover.ts';

/** Memory key, behind the host. */
export const NATIVE = 'websocket';

export interface AttemptEvents extends ConnectionEvents {
  /** It did not open; told at most once, and nothing else then. */
  passed(reason: string): void;
}

/**
 * The plain WebSocket endpoint, tried first and alone: a race would open two backend connections. Given up after four round trips, at least 1 s
 * and at most 3.
 */
export function tryNative(
  platform: Platform,
  memory: Memory,
  host: string,
  target: Target,
  events: AttemptEvents
): Native | undefined {
  const started = platform.now();
  let opened = false;
  let heard = false;
  const rtt = +memory.get(host + 'rtt');

  function pass(reason: string): void {
    hanging.clear();
    native?.abandon();
    events.passed(reason);
  }

  const hanging = createAlarm(platform, () => pass('no answer'));
  const native = openNative(platform, target.url, target.protocols, {
    open: (protocol, extensions) => {
      opened = true;
      hanging.clear();
      memory.set(host + 'rtt', '' + (platform.now() - started), GOOD_FOR);
      events.open(protocol, extensions);
    },
    message: (data) => {
      if (!heard) memory.set(host + NATIVE, 'good', GOOD_FOR);
      heard = true;
      events.message(data);
    },
    sent: events.sent,
    closed: (code, reason, wasClean) => {
      if (!opened) {
        pass('refused');
        return;
      }
      // Some proxies let the handshake through and nothing after it: passed over at the next try.
      if (!heard && !wasClean) memory.set(host + NATIVE, 'bad', BAD_FOR);
      if (wasClean) events.closing();
      events.closed(code, reason, wasClean, !wasClean);
    }
  });
  if (!native) return undefined;
  hanging.set(rtt ? Math.max(1000, Math.min(3000, 4 * rtt)) : 3000);
  return {
    send: native.send,
    close: native.close,
    settle: native.settle,
    abandon: () => {
      hanging.clear();
      native.abandon();
    }
  };
}
