import { Bytes } from '../lang/bytes.ts';
import { indexOf } from '../lang/list.ts';
import { VERSION } from '../lang/version.ts';
import { Session, sayGone } from '../session/session.ts';
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
import { encodeSteps } from '../wire/steps.ts';
import type { Connection, ConnectionEvents, Payload, Step, Target } from './connection.ts';
import { type Created, create } from './create.ts';
import type { DownstreamPool } from './downstream-pool.ts';
import type { Memory } from './memory.ts';
import { HANDSHAKE_TIMEOUT, watchHandshake } from './native-handshake.ts';
import { candidatesFor, pollOf } from './transport-policy.ts';

/** Most steps kept for diagnostics: the first ones, which show how it began, and the latest. */
const MOST_STEPS = 100;
const NATIVE = 'websocket';
const FLASH = 'flash-socket';
const BRIDGE = 'bridge';
const HEARD = 'heard';
const OPEN = 'open';
/**
 * Milliseconds for the first carrier of a session to work, where `create` has not proved one: as
 * long as the gateway waits for the attach.
 */
const PROOF_TIMEOUT = 5000;

/** What the connections of one page share. */
export interface PageConnections {
  readonly _platform: Platform;
  readonly _memory: Memory;
  readonly _pool: DownstreamPool;
  readonly _sendRequest: SendRequest;
  /** How many native WebSockets are open, by the prefix of the host's keys in the memory. */
  readonly _natives: { [host: string]: number | undefined };
  /** What the console has of refusals, as one text. */
  _reported: string;
  /** Time after which no carrier waits for the page's load any more. */
  readonly _loadBy: number;
}

/** One connection: it goes through the steps of its ladder until one opens, and then uses that. */
export class Attempt implements Connection {
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
  private _session: Session | undefined;
  /** The page's socket is open. */
  private _isOpen = false;
  /** Name of the transport that was used last. */
  private _name = '';
  private _isOver = false;
  /** Cancels what the current step has started. */
  private _cancel: (() => void) | undefined;
  /**
   * Ends a session on which no carrier has worked. Closes the page's socket in a later task than
   * the one in which the page called.
   */
  private readonly _failing: Alarm;

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
    this._failing = createAlarm(platform, (late) => {
      if (this._isOver) events.closed(1006, '', false, true);
      // The carriers of a page that was suspended begin anew.
      else if (late > PROOF_TIMEOUT) this._failing._set(PROOF_TIMEOUT);
      else {
        (this._session as Session)._abandon();
        this._fail('no transport works');
      }
    });
    this._climb(true);
  }

  /**
   * Opens the next step. The native WebSocket has one try. The others are looked at again after
   * each failure: Flash may come after the bridge as well as before it.
   */
  private _climb(first?: boolean): void {
    if (first && this._appliesNative() && this._openNative()) return;
    if (this._appliesFlash()) this._openLazily(FLASH, 'flash-socket.js', 'FallbackGatewayFlash');
    else if (this._appliesBridge())
      this._openLazily(BRIDGE, 'bridge-socket.js?v=' + VERSION, 'FallbackGatewayBridge');
    else this._openSession();
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
    const { url } = this._target;
    const hooks = this._hooksFor(NATIVE);
    this._note(NATIVE, 'trying');
    const socket = openNative(this._platform, url, this._target.protocols, this._events, hooks);
    this._direct = socket;
    if (!socket) this._note(NATIVE, 'not allowed');
    // Where the page allows nothing else it has as long as the browser gives it.
    if (socket && this._order.length > 1)
      this._cancel = watchHandshake(
        this._platform,
        this._page._sendRequest,
        url,
        this._crossOrigin,
        (late, slow) => {
          if (late) this._trust(HEARD);
          socket.abandon();
          hooks.passed(slow ? 'slow network' : 'no answer');
        }
      );
    return !!socket;
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

  // --- step 4: a session ---

  private _openSession(): void {
    const platform = this._platform;
    const first = this._best();
    // The frame or script of this carrier would hold back the page's `load`.
    const document = first && first._holdsLoad && platform._page.document;
    if (document && /^[li]/.test(document.readyState as string) && platform._now() < this._page._loadBy) {
      const loading = createAlarm(platform, () => this._climb());
      loading._set(50);
      this._cancel = loading._clear;
      return;
    }
    const requester = requesterFor(first, platform, this._crossOrigin, this._target.url);
    if (!requester) {
      this._giveUp('nothing else to try');
      return;
    }
    this._note('', 'create');
    this._cancel = create(
      this._page._sendRequest,
      requester,
      platform,
      this._target,
      this._crossOrigin,
      this._page._pool._beside(this._origin),
      this._steps() + this._carriers(),
      (answer) => this._created(requester, answer),
      (reason, readable) => this._giveUp(reason, readable)
    );
  }

  /** What became of the steps before this one, for the gateway (PROTOCOL.md §3.5). */
  private _steps(): string {
    // Those of the page: the bridge itself has no native WebSocket.
    return this._target._bridged ? this._target._steps || '' : encodeSteps(this._log);
  }

  /** What this engine, page and memory say of each carrier (PROTOCOL.md §3.5). */
  private _carriers(): string {
    let code = '.';
    for (let i = 0; i < CARRIERS.length; i += 1) {
      const kind = CARRIERS[i] as CarrierKind;
      code += !kind._works(this._platform, this._crossOrigin, this._target.url)
        ? 'n'
        : indexOf(this._order, kind.name) < 0
          ? 'o'
          : this._isBad(kind.name)
            ? 'b'
            : 'y';
    }
    return code;
  }

  private _created(requester: Requester, answer: Created): void {
    const { protocols } = this._target;
    if (answer._downgraded) this._note('', answer._downgraded);
    const failed = this._failed;
    const offered = this._candidates(answer._carriers);
    const context: SessionContext = {
      url: this._target.url,
      _token: answer._token,
      _node: answer._node,
      _candidates: offered,
      _requester: requester,
      _sendRequest: this._page._sendRequest,
      _crossOrigin: this._crossOrigin,
      _binary: false,
      _postsBytes: !!requester._sendsBytes && hasLevel2(this._platform)
    };
    // Refused or silent while HTTP works at once: the network is the cause, not the gateway. A
    // native WebSocket that is or was open speaks against that, and so does an answer that took
    // longer than one of the four round trips of a handshake.
    for (let i = 0; answer._tries < 2 && i < failed.length; i += 1)
      if (
        failed[i] !== NATIVE ||
        !(this._page._natives[this._host] || this._known(NATIVE) || 4 * answer._rtt > HANDSHAKE_TIMEOUT)
      )
        this._remember(failed[i] as string, 'bad');
    const isRequested = indexOf(protocols.length ? protocols : [''], answer.protocol) >= 0;
    if (!isRequested || !offered.length) {
      sayGone(this._platform, context);
      this._giveUp(isRequested ? 'no carrier' : 'subprotocol not selected');
      return;
    }
    const downstream = this._page._pool._find(this._origin, this._host, offered, answer, this._target._rests);
    // The gateway's answer has proved that polls work.
    const works = downstream._proven || pollOf(offered);
    const judge = (what: string): void => {
      if (this._isOpen || what !== 'works') return;
      this._isOpen = true;
      this._failing._clear();
      this._note(this.transport(), 'open');
      this._events.open(answer.protocol, '');
    };
    this._session = new Session(
      this._platform,
      context,
      answer,
      this._events,
      {
        _note: (transport, what) => {
          this._note(transport, what);
          judge(what);
        },
        _ended: (why, mute) => {
          this._end(this.transport(), why);
          // Another carrier brought no more than the native WebSocket: that was not the network.
          if (mute) this._remember(NATIVE, '');
        }
      },
      downstream
    );
    this._failing._set(PROOF_TIMEOUT);
    if (works) judge('works');
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
    return this._known(name) === 'bad';
  }

  private _known(name: string): string {
    return this._memory._get(this._host + name);
  }

  private _remember(name: string, value: string): void {
    this._memory._set(this._host + name, value);
  }

  /**
   * Native WebSockets are not found bad for a while. After `heard` that holds also for one that
   * opens and breaks before its first message.
   */
  private _trust(value?: string): void {
    // Neither `heard` nor `bad`.
    if (value || !/d$/.test(this._known(NATIVE))) this._remember(NATIVE, value || OPEN);
  }

  /** So many more native WebSockets are open. */
  private _count(more: number): void {
    const natives = this._page._natives;
    natives[this._host] = (natives[this._host] || 0) + more;
    this._trust();
  }

  /** Opens the socket by a script that is loaded only when it is needed. */
  private _openLazily(name: string, file: string, global: LazyScriptName): void {
    const target = this._target;
    this._note(name, 'trying');
    const hooks = this._hooksFor(name);
    this._cancel = loadLazyScript(this._platform, this._origin, file, global, (script) => {
      if (!script) hooks.passed('no script');
      else
        this._direct = script.open({
          url: target.url,
          protocols: target.protocols,
          origin: target.origin,
          transports: target.transports,
          bytes: Bytes,
          events: this._events,
          hooks: hooks,
          steps: encodeSteps(this._log),
          step: (current, transport, what) => {
            this._name = current;
            this._note(transport, what);
          }
        });
    });
  }

  private _hooksFor(name: string): DirectSocketHooks {
    const isNative = name === NATIVE;
    this._name = name;
    return {
      opened: () => {
        this._isOpen = true;
        this._note(name, 'open');
        if (!isNative) return;
        this._count(1);
        if (this._cancel) this._cancel();
      },
      passed: (reason) => {
        if (isNative && this._cancel) this._cancel();
        this._note(name, reason);
        this._direct = undefined;
        this._name = '';
        this._failed.push(name);
        this._climb();
      },
      unfit: (reason) => this._fail(reason),
      proved: (good) => {
        if (isNative && good) this._trust(HEARD);
        else if (!isNative || this._known(NATIVE) !== HEARD) this._remember(name, good ? 'good' : 'bad');
      },
      over: (code) => {
        this._end(name, 'closed ' + code);
        if (isNative) this._count(-1);
      }
    };
  }

  // --- the end ---

  /**
   * No step is left. The next connection begins with the native WebSocket again, even if it failed
   * before: it may be all that there is. A failure soon after is no sign of a bad network: browsers
   * delay the WebSockets of a page whose earlier ones failed.
   */
  private _giveUp(reason: string, readable?: boolean): void {
    const page = this._page;
    const console = this._platform._page.console;
    const text = this._target.url.split('?')[0] + ': ' + reason + '\n';
    // Once for an address and reason.
    if (readable && console && console.error && page._reported.indexOf(text) < 0) {
      page._reported += text;
      console.error(text);
    }
    this._trust(OPEN);
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
    this._failing._clear();
    if (this._cancel) this._cancel();
  }

  private _note(transport: string, what: string): void {
    const log = this._log;
    if (log.length >= MOST_STEPS) log.splice(MOST_STEPS / 2, 1);
    log.push({ time: this._platform._now() - this._started, transport: transport, what: what });
    if (this._events.step) this._events.step(transport, what);
  }

  // --- calls of the facade ---

  send(data: Payload, size: number): void {
    (this._direct || (this._session as Session)).send(data, size);
  }

  close(code: number, reason: string): void {
    if (this._isOpen) (this._direct || (this._session as Session)).close(code, reason);
    else {
      if (this._direct) this._direct.abandon();
      if (this._session) this._session._abandon();
      this._fail('closed');
    }
  }

  settle(): void {
    if (this._direct) this._direct.settle();
  }

  _unload(): void {
    this._end('', 'page left');
    // The browser closes its own socket with 1001, which no page can.
    if (this._direct && this._name !== NATIVE) this._direct.abandon();
    if (this._session) this._session._unload();
  }

  _freeze(frozen: boolean): void {
    // The browser may end a native WebSocket then.
    if (this._direct) this._trust(HEARD);
    if (this._session) this._session._freeze(frozen);
    else if (!this._isOver && !this._isOpen)
      if (frozen) {
        // What is under way would be cut, or hold the page out of the cache.
        if (this._direct) this._direct.abandon();
        this._direct = undefined;
        if (this._cancel) this._cancel();
      } else {
        this._failed.length = 0;
        this._climb(true);
      }
  }

  /** The last one, where the session has none at the moment or has ended. */
  transport(): string {
    const kind = this._session && this._session._kind();
    if (kind) this._name = kind.name;
    return this._name;
  }

  diagnostics(): Step[] {
    return this._log.slice(0);
  }
}
