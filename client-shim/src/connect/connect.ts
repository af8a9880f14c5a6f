import { page } from '../browser/page.ts';
import { Bytes } from '../lang/bytes.ts';
import { indexOf } from '../lang/list.ts';
import { now } from '../lang/now.ts';
import { VERSION } from '../lang/version.ts';
import { createAsk } from '../session/ask.ts';
import { createSession, type Session, sayGone } from '../session/session.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, Line } from '../transport/carrier.ts';
import { hasFlash } from '../transport/flash-socket.ts';
import { CARRIERS, defaultOrder } from '../transport/order.ts';
import { loadPart, type PartName } from '../transport/part.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import type { Ask, Way } from '../transport/request.ts';
import { wayFor } from '../transport/ways.ts';
import { isTrusted, type Native, type NativeHooks, openNative } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import type { Connect, Connection, ConnectionEvents, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import { createHub, type Hub } from './hub.ts';
import { createMemory, type Memory } from './memory.ts';
import { BAD_FOR, GOOD_FOR, rungsOf } from './mover.ts';

/** Most steps kept for diagnostics: the first ones, which tell how it began, and the latest. */
const MOST_STEPS = 100;
const NATIVE = 'websocket';
const FLASH = 'flash-socket';
const BRIDGE = 'bridge';
/** Milliseconds after which no carrier waits for the page's load any more: to KHTML a page loads again with each frame in it. */
const LOADING = 5000;
/** Milliseconds for a native WebSocket to open where the round trip is not known: with the fallback behind it, less than three seconds. */
const UNKNOWN_PATIENCE = 2500;

/** `connect` on a platform. What the sockets of one page have in common begins here. */
export function createConnect(platform: Platform, memory: Memory): Connect {
  const hub = createHub(platform, memory);
  const ask = createAsk(platform);
  const loadBy = platform.now() + LOADING;
  return (target, events) => connectOn(platform, memory, hub, ask, loadBy, target, events);
}

/** `connect` in this browser; `socket` is its own WebSocket, in whose place the shim stands. */
export function connectWith(socket: Platform['socket']): Connect {
  return createConnect({ page: page, socket: socket, now: now }, createMemory(page, now));
}

/**
 * The ladder: the native WebSocket, then a fallback session, then the end. Flash, where the page's order names it, stands before the session if it is named
 * before everything else that this engine has, and in its place if the engine has nothing.
 */
function connectOn(
  platform: Platform,
  memory: Memory,
  hub: Hub,
  ask: Ask,
  loadBy: number,
  target: Target,
  events: ConnectionEvents
): Connection {
  const order = target.transports || defaultOrder(platform);
  const origin = httpOrigin(target.url);
  const host = origin.substring(origin.indexOf('//') + 2) + ' ';
  const crossOrigin = !target.bridged && origin !== target.origin;
  const steps: Step[] = [];
  const started = platform.now();
  let plain: Native | undefined;
  /** Its name. */
  let direct = NATIVE;
  /** What was tried before a session, and did not open. */
  const passed: string[] = [];
  let session: Session | undefined;
  let giveUp: (() => void) | undefined;
  let directOpen = false;
  let over = false;
  /** The page is told in a later task than the one it called in. */
  const failing = createAlarm(platform, () => events.closed(1006, '', false, true));
  const loaded = createAlarm(platform, fallBack);

  function note(transport: string, what: string): void {
    if (steps.length >= MOST_STEPS) steps.splice(MOST_STEPS / 2, 1);
    steps.push({ time: platform.now() - started, transport: transport, what: what });
    if (events.step) events.step(transport, what);
  }

  function begin(): void {
    const reason =
      indexOf(order, NATIVE) < 0
        ? 'not asked for'
        : !isTrusted(platform.socket)
          ? 'none, or a draft'
          : rungs(null)[0] && memory.get(host + NATIVE) === 'bad'
            ? 'failed before'
            : '';
    if (!reason) tryNative();
    else note(NATIVE, reason);
    if (!plain) fallBack();
  }

  /** For a socket that needs no session. */
  function hooks(name: string): NativeHooks {
    direct = name;
    return {
      opened: () => {
        directOpen = true;
        note(name, 'open');
        if (name === NATIVE) memory.set(host + 'rtt', '' + (platform.now() - started), GOOD_FOR);
      },
      passed: (reason) => {
        note(name, reason);
        plain = undefined;
        passed.push(name);
        fallBack();
      },
      unfit: fail,
      proved: (good) => memory.set(host + name, good ? 'good' : 'bad', good ? GOOD_FOR : BAD_FOR),
      over: (code) => end(name, 'closed ' + code)
    };
  }

  /** Tried alone and before all else: a race would open two backend connections. */
  function tryNative(): void {
    const rtt = +memory.get(host + 'rtt');
    note(NATIVE, 'trying');
    plain = openNative(
      platform,
      target.url,
      target.protocols,
      Math.max(1000, Math.min(3000, 4 * rtt || UNKNOWN_PATIENCE)),
      events,
      hooks(NATIVE)
    );
  }

  /** Whether Flash comes before `first`, the best carrier that there is. */
  function isFlashFirst(first: CarrierKind | undefined): boolean {
    const place = indexOf(order, FLASH);
    return (
      place >= 0 &&
      // A movie needs no bridge.
      !target.bridged &&
      !(first && indexOf(order, first.name) < place) &&
      indexOf(passed, FLASH) < 0 &&
      !(first && memory.get(host + FLASH) === 'bad') &&
      hasFlash(platform, target.origin, target.url)
    );
  }

  /** Opens the socket by a script of its own. */
  function tryPart(name: string, file: string, global: PartName): void {
    note(name, 'trying');
    const told = hooks(name);
    giveUp = loadPart(platform, origin, file, global, (part) => {
      if (!part) told.passed('no script');
      else
        plain = part.open({
          url: target.url,
          protocols: target.protocols,
          origin: target.origin,
          transports: target.transports,
          bytes: Bytes,
          events: events,
          hooks: told,
          step: (current, transport, what) => {
            direct = current;
            note(transport, what);
          }
        });
    });
  }

  function rungs(offered: string[] | null, from = crossOrigin): CarrierKind[] {
    return rungsOf(platform, CARRIERS, order, offered, from, target.url);
  }

  /** Whether a page of the gateway's own could have something better than `first`, the best carrier that this one can. */
  function isBridgeFirst(first: CarrierKind | undefined): boolean {
    return (
      crossOrigin &&
      rungs(null, false)[0] !== first &&
      !!platform.page.document &&
      !!platform.page.postMessage &&
      indexOf(passed, BRIDGE) < 0 &&
      !(first && memory.get(host + BRIDGE) === 'bad')
    );
  }

  function fallBack(): void {
    const first = rungs(null)[0];
    const bridgeFirst = isBridgeFirst(first);
    if (isFlashFirst(bridgeFirst ? rungs(null, false)[0] : first)) {
      tryPart(FLASH, 'flash-socket.js', 'FallbackGatewayFlash');
      return;
    }
    if (bridgeFirst) {
      tryPart(BRIDGE, 'bridge-socket.js?v=' + VERSION, 'FallbackGatewayBridge');
      return;
    }
    // Its frame or script would keep the page's `load` from coming.
    const document = first && first.holdsLoad && platform.page.document;
    if (document && /^[li]/.test(document.readyState as string) && platform.now() < loadBy) {
      loaded.set(50);
      return;
    }
    const way = wayFor(first, platform, crossOrigin, target.url);
    if (!way) {
      failAll('nothing else to try');
      return;
    }
    note('', 'create');
    giveUp = create(ask, way, platform, target, crossOrigin, {
      failed: failAll,
      created: (answer) => {
        // Refused or silent while HTTP works at once: that is the network, not the gateway.
        for (let i = 0; answer.tries < 2 && i < passed.length; i += 1)
          memory.set(host + passed[i], 'bad', BAD_FOR);
        memory.set(host + 'rtt', '' + answer.rtt, GOOD_FOR);
        open(way, answer);
      }
    });
  }

  function open(way: Way, answer: Created): void {
    const offered = rungs(answer.carriers);
    const line: Line = {
      url: target.url,
      token: answer.token,
      rungs: offered,
      way: way,
      ask: ask,
      crossOrigin: crossOrigin,
      binary: false,
      postsOctets: !!way.octets && hasLevel2(platform)
    };
    const asked = indexOf(target.protocols.length ? target.protocols : [''], answer.protocol) >= 0;
    if (!asked || !offered.length) {
      sayGone(platform, line);
      failAll(asked ? 'no carrier' : 'subprotocol not selected');
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
    return plain ? direct : kind ? kind.name : '';
  }

  function end(at: string, why: string): void {
    note(at, why);
    over = true;
    loaded.clear();
    if (giveUp) giveUp();
  }

  /** Nothing can be had. A native socket that failed before may be all that there is: the next try begins with it. */
  function failAll(reason: string): void {
    memory.set(host + NATIVE, '', 0);
    fail(reason);
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
      else if (plain && directOpen) plain.close(code, reason);
      else {
        if (plain) plain.abandon();
        fail('closed');
      }
    },
    settle: () => plain && plain.settle(),
    leave: () => {
      end('', 'page left');
      failing.clear();
      // The browser closes its own with 1001, which no page can.
      if (plain && direct !== NATIVE) plain.abandon();
      if (session) session.leave();
    },
    rest: (resting) => session && session.rest(resting),
    transport: transport,
    diagnostics: () => steps.slice(0)
  };
}
