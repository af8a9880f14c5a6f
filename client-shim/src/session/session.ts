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
 * Milliseconds that a peer has to answer the Close: Firefox and Chromium wait as long
 * (`network.websocket.timeout.close`).
 */
const CLOSING = 10000;

/**
 * What a frame costs the gateway beside its payload, about. The gateway stops reading its backend
 * when what is not acknowledged costs `outbox`.
 */
const FRAME_COST = 100;

/** What a session tells its page; the same as a connection does. */
export interface SessionEvents {
  message(data: string | Binary): void;
  /** The gateway has that many more payload bytes of what was sent. */
  sent(bytes: number): void;
  closing(): void;
  /** Once, the last. */
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
}

/** What a session tells whoever made it. */
export interface SessionHooks {
  /** What became of a carrier, for diagnostics. */
  _note(transport: string, what: string): void;
  /** It is over. */
  _ended(why: string): void;
}

/**
 * What the gateway said of a session when it was made (PROTOCOL.md §3); times in milliseconds,
 * sizes in bytes.
 */
export interface Limits {
  readonly _heartbeat: number;
  readonly _silence: number;
  readonly _window: number;
  readonly _outbox: number;
  readonly _body: number;
}

/** One emulated WebSocket connection, whatever carries it at present. */
export interface Session {
  send(data: string | Binary, size: number): void;
  /** Closes behind what was sent; 1005 is a Close without code. */
  close(code: number, reason: string): void;
  /** The page is gone. */
  _unload(): void;
  /** The page goes into the back/forward cache, or comes out of it. */
  _freeze(frozen: boolean): void;
  _kind(): CarrierKind | undefined;
}

/** Begins at once, on a downstream that is its own or is shared. */
export function createSession(
  platform: Platform,
  context: SessionContext,
  limits: Limits,
  events: SessionEvents,
  hooks: SessionHooks,
  downstream: Downstream
): Session {
  let over = false;
  /** Frames went upstream on a carrier and not by requests. */
  let direct = false;
  /** The page has closed, and the gateway does not know it yet. */
  let closing = false;
  /** Cost of what was received since the last acknowledgement, about. */
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
    // On a slow line a whole body takes about half a minute.
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
      // What was on the way when the way changed is sent again.
      if (direct || kind._duplex) upstream._rewind();
      direct = !!kind._duplex && what === 'works';
      // A WebSocket does not show that the session is gone; a request does.
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
      // A gap is mended by the next attach, which says where to begin.
      else if (one._seq && !inbox._accept(one) && downstream._kind()) downstream._attach();
    }
    // At a quarter (PROTOCOL.md §3), halved as characters are counted here and bytes there.
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
    // The gateway keeps what has ended until it hears this (PROTOCOL.md §9).
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
 * A beacon outlives the page; of requests, those that the page waits for. Where neither arrives the
 * gateway finds out by its window.
 */
export function sayGone(platform: Platform, context: SessionContext): void {
  const address = addressOf(context.url, 'send');
  const body = textBody(context._token, [frame('X', '')]);
  const navigator = platform._page.navigator;
  if (!navigator || !navigator.sendBeacon || !navigator.sendBeacon(address, body))
    context._requester._post(platform, address, body, context);
}
