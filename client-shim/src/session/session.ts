import { Bytes } from '../lang/bytes.ts';
import { type Alarm, createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, SessionContext } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { textBody } from '../wire/body.ts';
import { type Frame, frame } from '../wire/frame.ts';
import { type Binary, binaryOf, charactersOf } from '../wire/payload.ts';
import type { Downstream, Member } from './downstream.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { Upstream } from './upstream.ts';

/**
 * Milliseconds to wait for an answer to the Close. Firefox and Chromium wait as long
 * (`network.websocket.timeout.close`).
 */
const CLOSING_TIMEOUT = 10000;

/**
 * The approximate cost of a frame at the gateway, beside its payload. The gateway stops reading
 * from the backend when unacknowledged frames cost `outbox`.
 */
const FRAME_COST = 100;

/** Events for the page, the same as those of a connection. */
export interface SessionEvents {
  message(data: string | Binary): void;
  /** The gateway has received that many more payload bytes. */
  sent(bytes: number): void;
  closing(): void;
  /** The last event, once. */
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
}

/** Events for the owner of the session. */
export interface SessionHooks {
  /** Reports what happened to a carrier, for diagnostics. */
  _note(transport: string, what: string): void;
  /** The session has ended. `mute`: abnormally, and nothing was received before. */
  _ended(why: string, mute: boolean): void;
}

/**
 * What the gateway stated when it created the session (PROTOCOL.md §3). Times are in milliseconds,
 * sizes in bytes.
 */
export interface Limits {
  readonly _heartbeat: number;
  readonly _silence: number;
  readonly _window: number;
  readonly _outbox: number;
  readonly _body: number;
}

/** One emulated WebSocket connection, over any carrier. It starts at once. */
export class Session {
  private readonly _platform: Platform;
  private readonly _context: SessionContext;
  private readonly _limits: Limits;
  private readonly _events: SessionEvents;
  private readonly _hooks: SessionHooks;
  private readonly _downstream: Downstream;
  private readonly _outbox: Outbox;
  private readonly _inbox: Inbox;
  private readonly _unanswered: Alarm;
  private readonly _upstream: Upstream;
  private readonly _member: Member;
  private _over = false;
  /** Whether frames went upstream on a carrier and not by requests. */
  private _direct = false;
  /** Whether the page has closed and the gateway has not acknowledged it. */
  private _closing = false;
  /** Approximate cost of the frames received since the last acknowledgement. */
  private _unacknowledged = 0;
  private _attaches = 0;
  /** The last padding. Before an `X` it says how the connection ended (PROTOCOL.md §9). */
  private _more = '';

  /** Other sessions may share the downstream. */
  constructor(
    platform: Platform,
    context: SessionContext,
    limits: Limits,
    events: SessionEvents,
    hooks: SessionHooks,
    downstream: Downstream
  ) {
    this._platform = platform;
    this._context = context;
    this._limits = limits;
    this._events = events;
    this._hooks = hooks;
    this._downstream = downstream;
    this._outbox = createOutbox(limits._body);
    this._inbox = createInbox((type, data) => this._deliver(type, data));
    this._unanswered = createAlarm(platform, () => {
      // Browsers fire no `error` for it.
      this._end(1006, '', false, 'close unanswered', true);
      sayGone(platform, context);
    });
    this._upstream = new Upstream(platform, context, limits, this._outbox, this._inbox, downstream, {
      _frames: (frames) => this._receive(frames),
      _lost: (reason) => this._abort(reason)
    });
    this._member = {
      _context: context,
      _attached: () => this._attached(),
      _carry: (may) => this._upstream._carry(may),
      _frames: (frames) => this._receive(frames),
      _note: (kind, what) => this._note(kind, what),
      _over: (reason) => this._abort(reason)
    };
    downstream._join(this._member);
  }

  send(data: string | Binary, size: number): void {
    if (typeof data === 'string') this._outbox._add('T', data, size);
    else {
      this._context._binary = true;
      this._outbox._add('B', charactersOf(data), size);
    }
    this._wake();
  }

  /** Closes after everything that was sent. 1005 is a Close without a code. */
  close(code: number, reason: string): void {
    this._closing = true;
    this._outbox._add('C', code === 1005 ? '' : reason ? code + ',' + reason : '' + code, 0);
    this._wake();
  }

  private _wake(): void {
    this._upstream._wake();
    this._downstream._used();
  }

  /** The page is being unloaded. */
  _unload(): void {
    this._context._sync = true;
    this._abandon();
  }

  /** Ends it at once and tells the gateway only. */
  _abandon(): void {
    if (this._over) return;
    this._stop();
    sayGone(this._platform, this._context);
  }

  /** The page enters the back/forward cache (true) or leaves it (false). */
  _freeze(frozen: boolean): void {
    this._downstream._freeze(frozen);
  }

  _kind(): CarrierKind | undefined {
    return this._downstream._kind();
  }

  private _attached(): string {
    this._attaches += 1;
    this._unacknowledged = 0;
    this._upstream._acknowledged();
    return this._attaches + ',' + this._inbox._received();
  }

  private _note(kind: CarrierKind, what: string): void {
    this._hooks._note(kind.name, what);
    if (what === 'trying') return;
    // Frames that were being sent when the carrier changed are sent again.
    if (this._direct || kind._duplex) this._upstream._rewind();
    this._direct = !!kind._duplex && what === 'works';
    // A WebSocket does not show that the session is gone. The response to a request does.
    if (kind._duplex && !this._direct) this._upstream._acknowledge();
  }

  private _receive(frames: Frame[]): void {
    for (let i = 0; i < frames.length && !this._over; i += 1) {
      const one = frames[i] as Frame;
      this._unacknowledged += one._data.length + FRAME_COST;
      if (one._type === 'A') {
        const bytes = this._outbox._acknowledged(+one._data);
        if (bytes) this._events.sent(bytes);
        if (this._direct) this._upstream._wake();
        if (this._closing && this._outbox._isEmpty()) {
          this._closing = false;
          this._unanswered._set(CLOSING_TIMEOUT);
        }
      } else if (one._type === 'P') this._more = one._data;
      else if (one._type === 'H') this._upstream._acknowledge();
      else if (one._type === 'E' && one._data === 'g') this._abort('gone');
      // The next attach fills a gap, because it says where to start.
      else if (one._seq && !this._inbox._accept(one) && this._downstream._kind()) this._downstream._attach();
    }
    // The limit is a quarter (PROTOCOL.md §3). It is halved because this counts characters and the
    // gateway counts bytes.
    if (!this._over && this._unacknowledged > this._limits._outbox / 8) {
      this._unacknowledged = 0;
      this._upstream._acknowledge();
    }
  }

  private _deliver(type: string, data: string): void {
    const ended = type === 'X';
    const status = ended ? this._more : data;
    if (ended && !/^\d/.test(status)) this._end(1006, '', false, 'abnormal end', status !== 'f');
    else if (ended || type === 'C') {
      this._events.closing();
      const comma = (status + ',').indexOf(',');
      this._end(status ? +status.substring(0, comma) : 1005, status.substring(comma + 1), true, 'closed');
    } else {
      if (type === 'B') this._context._binary = true;
      this._events.message(type === 'B' ? binaryOf(this._platform._page, data, Bytes) : data);
    }
  }

  private _abort(why: string): void {
    this._end(1006, '', false, why);
  }

  private _end(code: number, reason: string, wasClean: boolean, why: string, quiet?: boolean): void {
    if (this._over) return;
    this._hooks._ended(why, why === 'abnormal end' && this._inbox._received() < 2);
    this._stop();
    // The gateway keeps an ended session until it receives this (PROTOCOL.md §9).
    if (why === 'closed' || why === 'abnormal end') this._upstream._last();
    this._events.closed(code, reason, wasClean, !wasClean && !quiet);
  }

  private _stop(): void {
    this._over = true;
    this._unanswered._clear();
    this._upstream._stop();
    this._downstream._leave(this._member);
  }
}

/**
 * Tells the gateway that the page is gone. A beacon outlives the page, and so does a synchronous
 * request. If neither arrives, the gateway ends the session when its window expires.
 */
export function sayGone(platform: Platform, context: SessionContext): void {
  const address = addressOf(context.url, 'send', context._node);
  const body = textBody(context._token, [frame('X', '')]);
  const navigator = platform._page.navigator;
  if (!navigator || !navigator.sendBeacon || !navigator.sendBeacon(address, body))
    context._requester._post(platform, address, body, context);
}
