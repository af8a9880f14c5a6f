import { Bytes } from '../lang/bytes.ts';
import { indexOf } from '../lang/list.ts';
import { VERSION } from '../lang/version.ts';
import { Session, type SessionHooks, sayGone } from '../session/session.ts';
import { type Alarm, createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, SessionContext } from '../transport/carrier.ts';
import type { DirectSocket, DirectSocketHooks } from '../transport/direct-socket.ts';
import { hasFlash } from '../transport/flash-socket.ts';
import { type LazyScriptName, loadLazyScript } from '../transport/lazy-script.ts';
import { CARRIERS, defaultOrder } from '../transport/order.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import type { Requester, SendRequest } from '../transport/requester.ts';
import { requesterFor } from '../transport/requesters.ts';
import { isTrusted, openNative } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import type { Connection, ConnectionEvents, Payload, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import type { DownstreamPool } from './downstream-pool.ts';
import type { Memory } from './memory.ts';
import { candidatesFor } from './transport-policy.ts';

/** Most steps kept for diagnostics: the first ones, which show how it began, and the latest. */
const MOST_STEPS = 100;
const NATIVE = 'websocket';
const FLASH = 'flash-socket';
const BRIDGE = 'bridge';
/**
 * Milliseconds for a native WebSocket to open where the round trip is not known: with the fallback
 * after it, less than three seconds.
 */
const UNKNOWN_RTT_TIMEOUT = 2500;

/** What the connections of one page share. */
export interface PageConnections {
  readonly _platform: Platform;
  readonly _memory: Memory;
  readonly _pool: DownstreamPool;
  readonly _sendRequest: SendRequest;
  /** Time after which no carrier waits for the page's load any more. */
  readonly _loadBy: number;
}

/** One step of the ladder. */
interface LadderStep {
  /** Whether it is this step's turn. */
  _applies(): boolean;
  /** Starts it. False if it cannot start, and the next step has its turn. */
  _open(): boolean;
}

/** One connection: it goes through the steps of its ladder until one opens, and then uses that. */
export class Attempt implements Connection, SessionHooks {
  private readonly _page: PageConnections;
  private readonly _platform: Platform;
  private readonly _target: Target;
  private readonly _events: ConnectionEvents;
  private readonly _memory: Memory;
  /** Prefix of the gateway's keys in the memory. */
  private readonly _host: string;
  private readonly _order: string[];
  /** Of the gateway. */
  private readonly _origin: string;
  private readonly _crossOrigin: boolean;
  private readonly _started: number;
  private readonly _log: Step[] = [];
  /** Names of the steps that did not open. */
  private readonly _failed: string[] = [];
  /** A socket without a session, while it is tried and while it is open. */
  private _direct: DirectSocket | undefined;
  private _directName = NATIVE;
  private _directOpen = false;
  private _session: Session | undefined;
  private _isOver = false;
  /** Cancels what the current step has started. */
  private _cancel: (() => void) | undefined;
  /** Closes the page's socket in a later task than the one in which the page called. */
  private readonly _failing: Alarm;
  private readonly _ladder: readonly LadderStep[] = [
    { _applies: () => this._appliesNative(), _open: () => this._openNative() },
    { _applies: () => this._appliesFlash(), _open: () => this._openFlash() },
    { _applies: () => this._appliesBridge(), _open: () => this._openBridge() },
    { _applies: () => true, _open: () => this._openSession() }
  ];

  constructor(page: PageConnections, target: Target, events: ConnectionEvents) {
    const platform = page._platform;
    const origin = httpOrigin(target.url);
    this._page = page;
    this._platform = platform;
    this._target = target;
    this._events = events;
    this._memory = page._memory;
    this._host = origin.substring(origin.indexOf('//') + 2) + ' ';
    this._order = target.transports || defaultOrder(platform);
    this._origin = origin;
    this._crossOrigin = !target._bridged && origin !== target.origin;
    this._started = platform._now();
    this._failing = createAlarm(platform, () => events.closed(1006, '', false, true));
    this._climb(0);
  }

  /**
   * Opens the next step, from number `from` on. The first one has one try. The others are looked at
   * again after each failure: Flash may come after the bridge as well as before it.
   */
  private _climb(from: number): void {
    for (let i = from; i < this._ladder.length; i += 1) {
      const step = this._ladder[i] as LadderStep;
      if (step._applies() && step._open()) return;
    }
  }

  // --- step 1: the native WebSocket, alone, as a race would open two backend connections ---

  private _appliesNative(): boolean {
    const reason =
      indexOf(this._order, NATIVE) < 0
        ? 'not requested'
        : !isTrusted(this._platform._socket)
          ? 'none, or a draft'
          : this._best() && this._isBad(NATIVE)
            ? 'failed before'
            : '';
    if (reason) this._note(NATIVE, reason);
    return !reason;
  }

  private _openNative(): boolean {
    const timeout = 4 * +this._memory._get(this._host + 'rtt') || UNKNOWN_RTT_TIMEOUT;
    this._note(NATIVE, 'trying');
    this._direct = openNative(
      this._platform,
      this._target.url,
      this._target.protocols,
      Math.max(1000, Math.min(3000, timeout)),
      this._events,
      this._hooksFor(NATIVE)
    );
    return !!this._direct;
  }

  // --- step 2: Flash, where it is named before all else that this engine has, or alone ---

  private _appliesFlash(): boolean {
    const place = indexOf(this._order, FLASH);
    const first = this._best(this._crossOrigin && !this._appliesBridge());
    return (
      place >= 0 &&
      // A movie needs no bridge.
      !this._target._bridged &&
      !(first && indexOf(this._order, first.name) < place) &&
      this._isWorthTrying(FLASH, first) &&
      hasFlash(this._platform, this._target.origin, this._target.url)
    );
  }

  private _openFlash(): boolean {
    return this._openLazily(FLASH, 'flash-socket.js', 'FallbackGatewayFlash');
  }

  // --- step 3: the bridge, if a page of the gateway's own has something better than this page ---

  private _appliesBridge(): boolean {
    const page = this._platform._page;
    const first = this._best();
    return (
      this._crossOrigin &&
      this._best(false) !== first &&
      !!page.document &&
      !!page.postMessage &&
      this._isWorthTrying(BRIDGE, first)
    );
  }

  private _openBridge(): boolean {
    return this._openLazily(BRIDGE, 'bridge-socket.js?v=' + VERSION, 'FallbackGatewayBridge');
  }

  // --- step 4: a session ---

  private _openSession(): boolean {
    const platform = this._platform;
    const first = this._best();
    // The frame or script of this carrier would hold back the page's `load`.
    const document = first && first._holdsLoad && platform._page.document;
    if (document && /^[li]/.test(document.readyState as string) && platform._now() < this._page._loadBy) {
      const loading = createAlarm(platform, () => this._climb(1));
      loading._set(50);
      this._cancel = loading._clear;
      return true;
    }
    const requester = requesterFor(first, platform, this._crossOrigin, this._target.url);
    if (!requester) {
      this._giveUp('nothing else to try');
      return true;
    }
    this._note('', 'create');
    this._cancel = create(this._page._sendRequest, requester, platform, this._target, this._crossOrigin, {
      _failed: (reason) => this._giveUp(reason),
      _created: (answer) => this._created(requester, answer)
    });
    return true;
  }

  private _created(requester: Requester, answer: Created): void {
    const { url, protocols } = this._target;
    const failed = this._failed;
    const offered = this._candidates(answer._carriers);
    const context: SessionContext = {
      url: url,
      _token: answer._token,
      _candidates: offered,
      _requester: requester,
      _sendRequest: this._page._sendRequest,
      _crossOrigin: this._crossOrigin,
      _binary: false,
      _postsBytes: !!requester._sendsBytes && hasLevel2(this._platform)
    };
    // Refused or silent while HTTP works at once: the network is the cause, not the gateway.
    for (let i = 0; answer._tries < 2 && i < failed.length; i += 1)
      this._remember(failed[i] as string, 'bad');
    this._remember('rtt', '' + answer._rtt);
    const isRequested = indexOf(protocols.length ? protocols : [''], answer.protocol) >= 0;
    if (!isRequested || !offered.length) {
      sayGone(this._platform, context);
      this._giveUp(isRequested ? 'no carrier' : 'subprotocol not selected');
      return;
    }
    this._session = new Session(
      this._platform,
      context,
      answer,
      this._events,
      this,
      this._page._pool(this._origin, this._host, offered, answer)
    );
    this._note(this.transport(), 'open');
    this._events.open(answer.protocol, '');
  }

  // --- what the steps share ---

  /** The best carrier available to a session; undefined if there is none. */
  private _best(crossOrigin?: boolean): CarrierKind | undefined {
    return this._candidates(null, crossOrigin)[0];
  }

  /** The carriers available to a session, of those that the route offers (null: not known yet). */
  private _candidates(offered: string[] | null, crossOrigin = this._crossOrigin): CarrierKind[] {
    return candidatesFor(this._platform, CARRIERS, this._order, offered, crossOrigin, this._target.url);
  }

  /**
   * Whether it has not failed in this attempt, nor before where there is something else (`first`).
   */
  private _isWorthTrying(name: string, first: CarrierKind | undefined): boolean {
    return indexOf(this._failed, name) < 0 && !(first && this._isBad(name));
  }

  private _isBad(name: string): boolean {
    return this._memory._get(this._host + name) === 'bad';
  }

  private _remember(name: string, value: string): void {
    this._memory._set(this._host + name, value);
  }

  /** Opens the socket by a script that is loaded only when it is needed. */
  private _openLazily(name: string, file: string, global: LazyScriptName): boolean {
    const { url, protocols, origin, transports } = this._target;
    this._note(name, 'trying');
    const hooks = this._hooksFor(name);
    this._cancel = loadLazyScript(this._platform, this._origin, file, global, (script) => {
      if (!script) hooks.passed('no script');
      else
        this._direct = script.open({
          url: url,
          protocols: protocols,
          origin: origin,
          transports: transports,
          bytes: Bytes,
          events: this._events,
          hooks: hooks,
          step: (current, transport, what) => {
            this._directName = current;
            this._note(transport, what);
          }
        });
    });
    return true;
  }

  private _hooksFor(name: string): DirectSocketHooks {
    this._directName = name;
    return {
      opened: () => {
        this._directOpen = true;
        this._note(name, 'open');
        if (name === NATIVE) this._remember('rtt', '' + (this._platform._now() - this._started));
      },
      passed: (reason) => {
        this._note(name, reason);
        this._direct = undefined;
        this._failed.push(name);
        this._climb(1);
      },
      unfit: (reason) => this._fail(reason),
      proved: (good) => this._remember(name, good ? 'good' : 'bad'),
      over: (code) => this._end(name, 'closed ' + code)
    };
  }

  // --- the end ---

  /**
   * No step is left. The next connection begins with the native WebSocket again, even if it failed
   * before: it may be all that there is.
   */
  private _giveUp(reason: string): void {
    this._remember(NATIVE, '');
    this._fail(reason);
  }

  private _fail(reason: string): void {
    if (this._isOver) return;
    this._end('', reason);
    this._failing._set(0);
  }

  private _end(transport: string, why: string): void {
    this._note(transport, why);
    this._isOver = true;
    if (this._cancel) this._cancel();
  }

  // --- events of the session ---

  _note(transport: string, what: string): void {
    const log = this._log;
    if (log.length >= MOST_STEPS) log.splice(MOST_STEPS / 2, 1);
    log.push({ time: this._platform._now() - this._started, transport: transport, what: what });
    if (this._events.step) this._events.step(transport, what);
  }

  _ended(why: string): void {
    this._end(this.transport(), why);
  }

  // --- calls of the facade ---

  send(data: Payload, size: number): void {
    (this._direct || (this._session as Session)).send(data, size);
  }

  close(code: number, reason: string): void {
    if (this._session) this._session.close(code, reason);
    else if (this._direct && this._directOpen) this._direct.close(code, reason);
    else {
      if (this._direct) this._direct.abandon();
      this._fail('closed');
    }
  }

  settle(): void {
    if (this._direct) this._direct.settle();
  }

  _unload(): void {
    this._end('', 'page left');
    this._failing._clear();
    // The browser closes its own socket with 1001, which no page can.
    if (this._direct && this._directName !== NATIVE) this._direct.abandon();
    if (this._session) this._session._unload();
  }

  _freeze(frozen: boolean): void {
    if (this._session) this._session._freeze(frozen);
  }

  transport(): string {
    const kind = this._session && this._session._kind();
    return this._direct ? this._directName : kind ? kind.name : '';
  }

  diagnostics(): Step[] {
    return this._log.slice(0);
  }
}
