import { page } from '../browser/page.ts';
import { indexOf } from '../lang/list.ts';
import { now } from '../lang/now.ts';
import { createAlarm } from '../session/alarm.ts';
import { createSession, type Session, sayGone } from '../session/session.ts';
import type { CarrierKind, Line } from '../transport/carrier.ts';
import { inTurn } from '../transport/in-turn.ts';
import { CARRIERS, DEFAULT_ORDER } from '../transport/order.ts';
import type { Platform } from '../transport/platform.ts';
import { hasLevel2, isNarrow } from '../transport/platform.ts';
import type { Way } from '../transport/request.ts';
import { wayFor } from '../transport/ways.ts';
import { isTrusted, type Native, openNative } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import type { Connect, Connection, ConnectionEvents, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import { createHub, type Hub } from './hub.ts';
import { createMemory, type Memory } from './memory.ts';
import { BAD_FOR, GOOD_FOR, rungsOf } from './mover.ts';

/** Most steps kept for diagnostics: the first ones, which tell how it began, and the latest. */
const MOST_STEPS = 100;
const NATIVE = 'websocket';
/** Milliseconds for a native WebSocket to open where the round trip is not known: with the fallback behind it, less than three seconds. */
const UNKNOWN_PATIENCE = 2500;

/** `connect` on a platform. What the sockets of one page have in common begins here. */
export function createConnect(platform: Platform, memory: Memory): Connect {
  const hub = createHub(platform, memory);
  const line: (() => void)[] = [];
  const turn = (way: Way): Way => (isNarrow(platform) ? inTurn(line, way) : way);
  return (target, events) => connectOn(platform, memory, hub, turn, target, events);
}

/** `connect` in this browser; `socket` is its own WebSocket, in whose place the shim stands. */
export function connectWith(socket: Platform['socket']): Connect {
  return createConnect({ page: page, socket: socket, now: now }, createMemory(page, now));
}

/** The ladder: the native WebSocket, then a fallback session, then the end. */
function connectOn(
  platform: Platform,
  memory: Memory,
  hub: Hub,
  /** How requests are made where they must not be many. */
  turn: (way: Way) => Way,
  target: Target,
  events: ConnectionEvents
): Connection {
  const order = target.transports || DEFAULT_ORDER;
  const origin = httpOrigin(target.url);
  const host = origin.substring(origin.indexOf('//') + 2) + ' ';
  const crossOrigin = origin !== target.origin;
  const steps: Step[] = [];
  const started = platform.now();
  let plain: Native | undefined;
  let session: Session | undefined;
  let giveUpCreate: (() => void) | undefined;
  let nativeOpen = false;
  let over = false;
  /** The page is told in a later task than the one it called in. */
  const failing = createAlarm(platform, () => events.closed(1006, '', false, true));

  function note(transport: string, what: string): void {
    if (steps.length >= MOST_STEPS) steps.splice(MOST_STEPS / 2, 1);
    steps.push({ time: platform.now() - started, transport: transport, what: what });
  }

  function begin(): void {
    const reason =
      indexOf(order, NATIVE) < 0
        ? 'not asked for'
        : !isTrusted(platform.socket)
          ? 'none, or a draft'
          : order.length > 1 && memory.get(host + NATIVE) === 'bad'
            ? 'failed before'
            : '';
    if (!reason) tryNative();
    else note(NATIVE, reason);
    if (!plain) fallBack(false);
  }

  /** Tried alone and before all else: a race would open two backend connections. */
  function tryNative(): void {
    const rtt = +memory.get(host + 'rtt');
    note(NATIVE, 'trying');
    plain = openNative(
      platform,
      target.url,
      target.protocols,
      rtt ? Math.max(1000, Math.min(3000, 4 * rtt)) : UNKNOWN_PATIENCE,
      events,
      {
        opened: () => {
          nativeOpen = true;
          note(NATIVE, 'open');
          memory.set(host + 'rtt', '' + (platform.now() - started), GOOD_FOR);
        },
        passed: (reason) => {
          note(NATIVE, reason);
          plain = undefined;
          fallBack(true);
        },
        proved: (good) => memory.set(host + NATIVE, good ? 'good' : 'bad', good ? GOOD_FOR : BAD_FOR),
        over: (code) => end(NATIVE, 'closed ' + code)
      }
    );
  }

  function rungs(offered: string[] | null): CarrierKind[] {
    return rungsOf(platform, CARRIERS, order, offered, crossOrigin, target.url);
  }

  function fallBack(nativePassed: boolean): void {
    const best = wayFor(rungs(null)[0], platform, crossOrigin, target.url);
    if (!best) {
      fail('nothing else to try');
      return;
    }
    const way = turn(best);
    note('', 'create');
    giveUpCreate = create(way, platform, target, crossOrigin, {
      failed: fail,
      created: (answer) => {
        // Refused or silent while HTTP works: that is the network, not the gateway.
        if (nativePassed) memory.set(host + NATIVE, 'bad', BAD_FOR);
        memory.set(host + 'rtt', '' + answer.rtt, GOOD_FOR);
        open(way, answer);
      }
    });
  }

  function open(way: Way, answer: Created): void {
    const line: Line = {
      url: target.url,
      token: answer.token,
      way: way,
      crossOrigin: crossOrigin,
      binary: false,
      postsOctets: !!way.octets && hasLevel2(platform)
    };
    const offered = rungs(answer.carriers);
    const asked = target.protocols.length
      ? indexOf(target.protocols, answer.protocol) >= 0
      : !answer.protocol;
    if (!asked || !offered.length) {
      sayGone(platform, line);
      fail(asked ? 'no carrier in common' : 'subprotocol not selected');
      return;
    }
    session = createSession(
      platform,
      line,
      answer,
      events,
      { note: note, over: (why) => end(transport(), why) },
      hub(origin, host, offered, answer)
    );
    note(transport(), 'open');
    events.open(answer.protocol, '');
  }

  function transport(): string {
    const kind = session && session.kind();
    return plain ? NATIVE : kind ? kind.name : '';
  }

  function end(at: string, why: string): void {
    note(at, why);
    over = true;
    if (giveUpCreate) giveUpCreate();
  }

  function fail(reason: string): void {
    if (over) return;
    end('', reason);
    failing.set(0);
  }

  begin();

  return {
    send: (data, size) => (plain || (session as Session)).send(data, size),
    close: (code, reason) => {
      if (session) session.close(code, reason);
      else if (plain && nativeOpen) plain.close(code, reason);
      else {
        if (plain) plain.abandon();
        fail('closed by the page');
      }
    },
    settle: () => {
      if (plain) plain.settle();
    },
    leave: () => {
      end('', 'page left');
      failing.clear();
      if (plain) plain.abandon();
      if (session) session.leave();
    },
    transport: transport,
    diagnostics: () => steps.slice(0)
  };
}
