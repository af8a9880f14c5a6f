import { page } from '../browser/page.ts';
import { indexOf } from '../lang/list.ts';
import { now } from '../lang/now.ts';
import { createAlarm } from '../session/alarm.ts';
import { createSession, type Session } from '../session/session.ts';
import type { Line } from '../transport/carrier.ts';
import { CARRIERS, DEFAULT_ORDER } from '../transport/order.ts';
import type { Platform } from '../transport/platform.ts';
import { hasLevel2, newRequest } from '../transport/platform.ts';
import { isTrusted, type Native } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import type { Connect, Connection, ConnectionEvents, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import { createMemory, type Memory } from './memory.ts';
import { BAD_FOR, createMover, GOOD_FOR, type Mover, rungsOf } from './mover.ts';
import { NATIVE, tryNative } from './native.ts';

/** Most steps kept for diagnostics: the first ones, which tell how it began, and the latest. */
const MOST_STEPS = 100;

/** `connect` on a platform. */
export function createConnect(platform: Platform, memory: Memory): Connect {
  return (target, events) => connectOn(platform, memory, target, events);
}

/** `connect` in this browser; `socket` is its own WebSocket, in whose place the shim stands. */
export function connectWith(socket: Platform['socket']): Connect {
  return createConnect({ page: page, socket: socket, now: now }, createMemory(page, now));
}

/** The ladder: the native WebSocket, then a fallback session, then the end. */
function connectOn(platform: Platform, memory: Memory, target: Target, events: ConnectionEvents): Connection {
  const order = target.transports || DEFAULT_ORDER;
  const origin = httpOrigin(target.url);
  const host = origin.substring(origin.indexOf('//') + 2) + ' ';
  const crossOrigin = origin !== target.origin;
  const steps: Step[] = [];
  const started = platform.now();
  let native: Native | undefined;
  let session: Session | undefined;
  let mover: Mover | undefined;
  let abandonCreate: (() => void) | undefined;
  let nativeOpen = false;
  let nativePassed = false;
  let over = false;
  const message: ConnectionEvents['message'] = (data) => events.message(data);
  const sent: ConnectionEvents['sent'] = (bytes) => events.sent(bytes);
  const closing: ConnectionEvents['closing'] = () => events.closing();
  /** Whatever is told to the page is told in a later task than the one it called in. */
  const failing = createAlarm(platform, () => events.closed(1006, '', false, true));

  function note(transport: string, what: string): void {
    if (steps.length >= MOST_STEPS) steps.splice(MOST_STEPS / 2, 1);
    steps.push({ time: platform.now() - started, transport: transport, what: what });
  }

  function begin(): void {
    if (indexOf(order, 'websocket') < 0) note('websocket', 'not asked for');
    else if (!isTrusted(platform.socket)) note('websocket', 'none to be trusted in this browser');
    else if (memory.get(host + NATIVE) === 'bad' && order.length > 1)
      note('websocket', 'passed over: failed before');
    else if (openNative()) return;
    fallBack();
  }

  function openNative(): boolean {
    note('websocket', 'trying');
    native = tryNative(platform, memory, host, target, {
      open: (protocol, extensions) => {
        note('websocket', 'open');
        nativeOpen = true;
        events.open(protocol, extensions);
      },
      message: message,
      sent: sent,
      closing: closing,
      closed: (code, reason, wasClean, failed) => {
        note('websocket', 'closed ' + code);
        stop();
        events.closed(code, reason, wasClean, failed);
      },
      passed: (reason) => {
        note('websocket', reason);
        native = undefined;
        nativePassed = true;
        fallBack();
      }
    });
    if (!native) note('websocket', 'will not open');
    return !!native;
  }

  function fallBack(): void {
    const reachable = crossOrigin ? hasLevel2(platform) : !!newRequest(platform);
    if (!reachable || !rungsOf(platform, CARRIERS, order, null, crossOrigin).length) {
      fail('nothing else to try');
      return;
    }
    note('', 'create');
    abandonCreate = create(platform, target, crossOrigin, { created: created, failed: fail });
  }

  function created(answer: Created): void {
    abandonCreate = undefined;
    const line: Line = {
      url: target.url,
      token: answer.token,
      crossOrigin: crossOrigin,
      binary: false,
      octets: hasLevel2(platform)
    };
    const rungs = rungsOf(platform, CARRIERS, order, answer.carriers, crossOrigin);
    const selected = indexOf(target.protocols, answer.protocol) >= 0;
    const opened = createSession(platform, line, answer, answer.rtt, {
      message: message,
      sent: sent,
      closing: closing,
      closed: (code, reason, wasClean, why) => {
        note(transport(), why);
        stop();
        events.closed(code, reason, wasClean, !wasClean);
      },
      proved: (kind) => {
        note(kind.name, 'works');
        moves.proved(kind);
      },
      lost: (loss) => {
        note(loss.kind.name, loss.reason);
        return moves.lost(loss);
      }
    });
    session = opened;
    if (!rungs.length || (target.protocols.length ? !selected : answer.protocol)) {
      opened.leave();
      fail(rungs.length ? 'subprotocol not selected' : 'no carrier in common');
      return;
    }
    // Refused or silent while HTTP works: that is the network, not the gateway.
    if (nativePassed) memory.set(host + NATIVE, 'bad', BAD_FOR);
    memory.set(host + 'rtt', '' + answer.rtt, GOOD_FOR);
    const moves = createMover(platform, memory, host, rungs, (kind) => {
      note(kind.name, 'trying');
      opened.attach(kind);
    });
    mover = moves;
    const first = moves.first();
    note(first.name, 'session made');
    opened.attach(first);
    events.open(answer.protocol, '');
  }

  function transport(): string {
    return native ? 'websocket' : session?.kind()?.name || '';
  }

  function stop(): void {
    over = true;
    mover?.stop();
    abandonCreate?.();
  }

  function fail(reason: string): void {
    if (over) return;
    note('', reason);
    stop();
    failing.set(0);
  }

  begin();

  return {
    send: (data, size) => (native || (session as Session)).send(data, size),
    close: (code, reason) => {
      if (over) return;
      if (session) session.close(code, reason);
      else if (native && nativeOpen) native.close(code, reason);
      else {
        native?.abandon();
        fail('closed by the page');
      }
    },
    settle: () => native?.settle(),
    leave: () => {
      stop();
      failing.clear();
      native?.abandon();
      session?.leave();
    },
    transport: transport,
    diagnostics: () => steps.slice(0)
  };
}
