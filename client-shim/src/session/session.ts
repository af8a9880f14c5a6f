import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, SessionContext } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { textBody } from '../wire/body.ts';
import { type Frame, frame } from '../wire/frame.ts';
import { type Binary, binaryOf, charactersOf } from '../wire/payload.ts';
import type { Downstream, Member } from './downstream.ts';
import { createInbox } from './inbox.ts';
import { createOutbox } from './outbox.ts';
import { createUpstream } from './upstream.ts';

/**
 * Milliseconds to wait for an answer to the Close. Firefox and Chromium wait as long
 * (`network.websocket.timeout.close`).
 */
const CLOSING = 10000;

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
  /** The session has ended. */
  _ended(why: string): void;
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

/** One emulated WebSocket connection, over any carrier. */
export interface Session {
  send(data: string | Binary, size: number): void;
  /** Closes after everything that was sent. 1005 is a Close without a code. */
  close(code: number, reason: string): void;
  /** The page is being unloaded. */
  _unload(): void;
  /** The page enters the back/forward cache (true) or leaves it (false). */
  _freeze(frozen: boolean): void;
  _kind(): CarrierKind | undefined;
}

/** Starts a session on a downstream, which other sessions may share. */
export function createSession(
  platform: Platform,
  context: SessionContext,
  limits: Limits,
  events: SessionEvents,
  hooks: SessionHooks,
  downstream: Downstream
): Session {
  let over = false;
  /** Whether frames went upstream on a carrier and not by requests. */
  let direct = false;
  /** Whether the page has closed and the gateway has not acknowledged it. */
  let closing = false;
  /** Approximate cost of the frames received since the last acknowledgement. */
  let unacknowledged = 0;
  let attaches = 0;

  const outbox = createOutbox(limits._body);
  const inbox = createInbox(deliver);
  const unanswered = createAlarm(platform, () => {
    abort('close unanswered');
    sayGone(platform, context);
  });
  const upstream = createUpstream(
    platform,
    context,
    // A full body takes about half a minute on a slow connection.
    { _window: limits._window, _timeout: limits._silence / 2 },
    outbox,
    inbox,
    {
      _frames: take,
      _answered: (ms) => downstream._answered(ms),
      _direct: () => downstream._direct(),
      _lost: abort
    }
  );
  const member: Member = {
    _context: context,
    _attached: () => {
      attaches += 1;
      unacknowledged = 0;
      upstream._acknowledged();
      return attaches + ',' + inbox._received();
    },
    _frames: take,
    _note: (kind, what) => {
      hooks._note(kind.name, what);
      if (what === 'trying') return;
      // Frames that were being sent when the carrier changed are sent again.
      if (direct || kind._duplex) upstream._rewind();
      direct = !!kind._duplex && what === 'works';
      // A WebSocket does not show that the session is gone. The response to a request does.
      if (kind._duplex && !direct) upstream._acknowledge();
    },
    _over: abort
  };

  function take(frames: Frame[]): void {
    for (let i = 0; i < frames.length && !over; i += 1) {
      const one = frames[i] as Frame;
      unacknowledged += one._data.length + FRAME_COST;
      if (one._type === 'A') {
        const bytes = outbox._acknowledged(+one._data);
        if (bytes) events.sent(bytes);
        if (direct) upstream._wake();
        if (closing && outbox._isEmpty()) {
          closing = false;
          unanswered._set(CLOSING);
        }
      } else if (one._type === 'H') upstream._acknowledge();
      else if (one._type === 'E' && one._data === 'g') abort('gone');
      // The next attach fills a gap, because it says where to start.
      else if (one._seq && !inbox._accept(one) && downstream._kind()) downstream._attach();
    }
    // The limit is a quarter (PROTOCOL.md §3). It is halved because this counts characters and the
    // gateway counts bytes.
    if (!over && unacknowledged > limits._outbox / 8) {
      unacknowledged = 0;
      upstream._acknowledge();
    }
  }

  function deliver(type: string, data: string): void {
    if (type === 'X') end(1006, '', false, 'abnormal end');
    else if (type === 'C') {
      events.closing();
      const comma = (data + ',').indexOf(',');
      end(+data.substring(0, comma) || 1005, data.substring(comma + 1), true, 'closed');
    } else {
      if (type === 'B') context._binary = true;
      events.message(type === 'B' ? binaryOf(platform._page, data) : data);
    }
  }

  function abort(why: string): void {
    end(1006, '', false, why);
  }

  function end(code: number, reason: string, wasClean: boolean, why: string): void {
    if (over) return;
    hooks._ended(why);
    stop();
    // The gateway keeps an ended session until it receives this (PROTOCOL.md §9).
    if (why === 'closed' || why === 'abnormal end') upstream._last([frame('A', inbox._received())]);
    events.closed(code, reason, wasClean, !wasClean);
  }

  function stop(): void {
    over = true;
    unanswered._clear();
    upstream._stop();
    downstream._leave(member);
  }

  downstream._join(member);

  return {
    send: (data, size) => {
      if (typeof data === 'string') outbox._add('T', data, size);
      else {
        context._binary = true;
        outbox._add('B', charactersOf(data), size);
      }
      upstream._wake();
    },
    close: (code, reason) => {
      closing = true;
      outbox._add('C', code === 1005 ? '' : reason ? code + ',' + reason : '' + code, 0);
      upstream._wake();
    },
    _unload: () => {
      if (over) return;
      stop();
      context._sync = true;
      sayGone(platform, context);
    },
    _freeze: (frozen) => downstream._freeze(frozen),
    _kind: () => downstream._kind()
  };
}

/**
 * Tells the gateway that the page is gone. A beacon outlives the page, and so does a synchronous
 * request. If neither arrives, the gateway ends the session when its window expires.
 */
export function sayGone(platform: Platform, context: SessionContext): void {
  const address = addressOf(context.url, 'send');
  const body = textBody(context._token, [frame('X', '')]);
  const navigator = platform._page.navigator;
  if (!navigator || !navigator.sendBeacon || !navigator.sendBeacon(address, body))
    context._requester._post(platform, address, body, context);
}
