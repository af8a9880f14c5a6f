import { page } from '../browser/page.ts';
import { Bytes } from '../lang/bytes.ts';
import { indexOf } from '../lang/list.ts';
import { now } from '../lang/now.ts';
import { VERSION } from '../lang/version.ts';
import { createRequestQueue } from '../session/request-queue.ts';
import { createSession, type Session, sayGone } from '../session/session.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, SessionContext } from '../transport/carrier.ts';
import { hasFlash } from '../transport/flash-socket.ts';
import { type LazyScriptName, loadLazyScript } from '../transport/lazy-script.ts';
import { CARRIERS, defaultOrder } from '../transport/order.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import type { Requester, SendRequest } from '../transport/requester.ts';
import { requesterFor } from '../transport/requesters.ts';
import { type DirectSocket, type DirectSocketHooks, isTrusted, openNative } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import type { Connect, Connection, ConnectionEvents, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import { createDownstreamPool, type DownstreamPool } from './downstream-pool.ts';
import { createMemory, type Memory } from './memory.ts';
import { BAD_FOR, candidatesFor, GOOD_FOR } from './transport-policy.ts';

/** Most steps kept for diagnostics: the first ones, which tell how it began, and the latest. */
const MOST_STEPS = 100;
const NATIVE = 'websocket';
const FLASH = 'flash-socket';
const BRIDGE = 'bridge';
/** Milliseconds after which no carrier waits for the page's load any more: to KHTML a page loads again with each frame in it. */
const LOADING = 5000;
/** Milliseconds for a native WebSocket to open where the round trip is not known: with the fallback behind it, less than three seconds. */
const UNKNOWN_RTT_TIMEOUT = 2500;

/** `connect` on a platform. What the sockets of one page have in common begins here. */
export function createConnect(platform: Platform, memory: Memory): Connect {
  const pool = createDownstreamPool(platform, memory);
  const sendRequest = createRequestQueue(platform);
  const loadBy = platform._now() + LOADING;
  return (target, events) => connectOn(platform, memory, pool, sendRequest, loadBy, target, events);
}

/** `connect` in this browser; `socket` is its own WebSocket, in whose place the shim stands. */
export function connectWith(socket: Platform['_socket']): Connect {
  return createConnect({ _page: page, _socket: socket, _now: now }, createMemory(page, now));
}

/**
 * The ladder: the native WebSocket, then a fallback session, then the end. Flash, where the page's order names it, stands before the session if it is named
 * before everything else that this engine has, and in its place if the engine has nothing.
 */
function connectOn(
  platform: Platform,
  memory: Memory,
  pool: DownstreamPool,
  sendRequest: SendRequest,
  loadBy: number,
  target: Target,
  events: ConnectionEvents
): Connection {
  const order = target.transports || defaultOrder(platform);
  const origin = httpOrigin(target.url);
  const host = origin.substring(origin.indexOf('//') + 2) + ' ';
  const crossOrigin = !target._bridged && origin !== target.origin;
  const steps: Step[] = [];
  const started = platform._now();
  let plain: DirectSocket | undefined;
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
    steps.push({ time: platform._now() - started, transport: transport, what: what });
    if (events.step) events.step(transport, what);
  }

  function begin(): void {
    const reason =
      indexOf(order, NATIVE) < 0
        ? 'not asked for'
        : !isTrusted(platform._socket)
          ? 'none, or a draft'
          : candidates(null)[0] && memory._get(host + NATIVE) === 'bad'
            ? 'failed before'
            : '';
    if (!reason) tryNative();
    else note(NATIVE, reason);
    if (!plain) fallBack();
  }

  /** For a socket that needs no session. */
  function hooks(name: string): DirectSocketHooks {
    direct = name;
    return {
      opened: () => {
        directOpen = true;
        note(name, 'open');
        if (name === NATIVE) memory._set(host + 'rtt', '' + (platform._now() - started), GOOD_FOR);
      },
      passed: (reason) => {
        note(name, reason);
        plain = undefined;
        passed.push(name);
        fallBack();
      },
      unfit: fail,
      proved: (good) => memory._set(host + name, good ? 'good' : 'bad', good ? GOOD_FOR : BAD_FOR),
      over: (code) => end(name, 'closed ' + code)
    };
  }

  /** Tried alone and before all else: a race would open two backend connections. */
  function tryNative(): void {
    const rtt = +memory._get(host + 'rtt');
    note(NATIVE, 'trying');
    plain = openNative(
      platform,
      target.url,
      target.protocols,
      Math.max(1000, Math.min(3000, 4 * rtt || UNKNOWN_RTT_TIMEOUT)),
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
      !target._bridged &&
      !(first && indexOf(order, first.name) < place) &&
      indexOf(passed, FLASH) < 0 &&
      !(first && memory._get(host + FLASH) === 'bad') &&
      hasFlash(platform, target.origin, target.url)
    );
  }

  /** Opens the socket by a script of its own. */
  function tryPart(name: string, file: string, global: LazyScriptName): void {
    note(name, 'trying');
    const told = hooks(name);
    giveUp = loadLazyScript(platform, origin, file, global, (part) => {
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

  function candidates(offered: string[] | null, from = crossOrigin): CarrierKind[] {
    return candidatesFor(platform, CARRIERS, order, offered, from, target.url);
  }

  /** Whether a page of the gateway's own could have something better than `first`, the best carrier that this one can. */
  function isBridgeFirst(first: CarrierKind | undefined): boolean {
    return (
      crossOrigin &&
      candidates(null, false)[0] !== first &&
      !!platform._page.document &&
      !!platform._page.postMessage &&
      indexOf(passed, BRIDGE) < 0 &&
      !(first && memory._get(host + BRIDGE) === 'bad')
    );
  }

  function fallBack(): void {
    const first = candidates(null)[0];
    const bridgeFirst = isBridgeFirst(first);
    if (isFlashFirst(bridgeFirst ? candidates(null, false)[0] : first)) {
      tryPart(FLASH, 'flash-socket.js', 'FallbackGatewayFlash');
      return;
    }
    if (bridgeFirst) {
      tryPart(BRIDGE, 'bridge-socket.js?v=' + VERSION, 'FallbackGatewayBridge');
      return;
    }
    // Its frame or script would keep the page's `load` from coming.
    const document = first && first._holdsLoad && platform._page.document;
    if (document && /^[li]/.test(document.readyState as string) && platform._now() < loadBy) {
      loaded._set(50);
      return;
    }
    const requester = requesterFor(first, platform, crossOrigin, target.url);
    if (!requester) {
      failAll('nothing else to try');
      return;
    }
    note('', 'create');
    giveUp = create(sendRequest, requester, platform, target, crossOrigin, {
      _failed: failAll,
      _created: (answer) => {
        // Refused or silent while HTTP works at once: that is the network, not the gateway.
        for (let i = 0; answer._tries < 2 && i < passed.length; i += 1)
          memory._set(host + passed[i], 'bad', BAD_FOR);
        memory._set(host + 'rtt', '' + answer._rtt, GOOD_FOR);
        open(requester, answer);
      }
    });
  }

  function open(requester: Requester, answer: Created): void {
    const offered = candidates(answer._carriers);
    const context: SessionContext = {
      url: target.url,
      _token: answer._token,
      _candidates: offered,
      _requester: requester,
      _sendRequest: sendRequest,
      _crossOrigin: crossOrigin,
      _binary: false,
      _postsBytes: !!requester._sendsBytes && hasLevel2(platform)
    };
    const asked = indexOf(target.protocols.length ? target.protocols : [''], answer.protocol) >= 0;
    if (!asked || !offered.length) {
      sayGone(platform, context);
      failAll(asked ? 'no carrier' : 'subprotocol not selected');
      return;
    }
    session = createSession(
      platform,
      context,
      answer,
      events,
      { _note: note, _over: (why) => end(transport(), why) },
      pool(origin, host, offered, answer)
    );
    note(transport(), 'open');
    events.open(answer.protocol, '');
  }

  function transport(): string {
    const kind = session && session._kind();
    return plain ? direct : kind ? kind.name : '';
  }

  function end(at: string, why: string): void {
    note(at, why);
    over = true;
    loaded._clear();
    if (giveUp) giveUp();
  }

  /** Nothing can be had. A native socket that failed before may be all that there is: the next try begins with it. */
  function failAll(reason: string): void {
    memory._set(host + NATIVE, '', 0);
    fail(reason);
  }

  function fail(reason: string): void {
    if (over) return;
    end('', reason);
    failing._set(0);
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
    _unload: () => {
      end('', 'page left');
      failing._clear();
      // The browser closes its own with 1001, which no page can.
      if (plain && direct !== NATIVE) plain.abandon();
      if (session) session._unload();
    },
    _freeze: (resting) => session && session._freeze(resting),
    transport: transport,
    diagnostics: () => steps.slice(0)
  };
}
