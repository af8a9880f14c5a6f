import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind, Line } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { textBody } from '../wire/body.ts';
import { type Frame, frame } from '../wire/frame.ts';
import { type Binary, binaryOf, charactersOf } from '../wire/payload.ts';
import type { Downstream, Member } from './downstream.ts';
import { createInbox } from './inbox.ts';
import { createOutbox } from './outbox.ts';
import { createUpstream } from './upstream.ts';

/** Milliseconds that a peer has to answer the Close: Firefox and Chromium wait as long (`network.websocket.timeout.close`). */
const CLOSING = 10000;

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
  note(transport: string, what: string): void;
  /** It is over. */
  over(why: string): void;
}

/** What the gateway said of a session when it was made (PROTOCOL.md §3); times in milliseconds, sizes in octets. */
export interface Limits {
  readonly heartbeat: number;
  readonly silence: number;
  readonly window: number;
  readonly outbox: number;
  readonly body: number;
}

/** One emulated WebSocket connection, whatever carries it at present. */
export interface Session {
  send(data: string | Binary, size: number): void;
  /** Closes behind what was sent; 1005 is a Close without code. */
  close(code: number, reason: string): void;
  /** The page is gone. */
  leave(): void;
  /** The page goes into the back/forward cache, or comes out of it. */
  rest(resting: boolean): void;
  kind(): CarrierKind | undefined;
}

/** Begins at once, on a downstream that is its own or is shared. */
export function createSession(
  platform: Platform,
  line: Line,
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
  /** Characters received since the last acknowledgement. */
  let unacknowledged = 0;
  let attaches = 0;

  const outbox = createOutbox(limits.body);
  const inbox = createInbox(deliver);
  const unanswered = createAlarm(platform, () => {
    abort('close unanswered');
    sayGone(platform, line);
  });
  const upstream = createUpstream(
    platform,
    line,
    // On a slow line a whole body takes about half a minute.
    { window: limits.window, patience: limits.silence / 2 },
    outbox,
    inbox,
    {
      frames: take,
      answered: downstream.answered,
      direct: downstream.direct,
      lost: abort
    }
  );
  const member: Member = {
    line: line,
    attached: () => {
      attaches += 1;
      unacknowledged = 0;
      upstream.acknowledged();
      return attaches + ',' + inbox.received();
    },
    frames: take,
    note: (kind, what) => {
      hooks.note(kind.name, what);
      if (what === 'trying') return;
      // What was on the way when the way changed is sent again.
      if (direct || kind.duplex) upstream.rewind();
      direct = !!kind.duplex && what === 'works';
      // A WebSocket is not told that the session is gone; a request is.
      if (kind.duplex && !direct) upstream.acknowledge();
    },
    over: abort
  };

  function take(frames: Frame[]): void {
    for (let i = 0; i < frames.length && !over; i += 1) {
      const one = frames[i] as Frame;
      unacknowledged += one.data.length;
      if (one.type === 'A') {
        const bytes = outbox.acknowledged(+one.data);
        if (bytes) events.sent(bytes);
        if (direct) upstream.wake();
        if (closing && outbox.isEmpty()) {
          closing = false;
          unanswered.set(CLOSING);
        }
      } else if (one.type === 'H') upstream.acknowledge();
      else if (one.type === 'E' && one.data === 'g') abort('gone');
      // A gap is mended by the next attach, which says where to begin.
      else if (one.seq && !inbox.accept(one) && downstream.kind()) downstream.attach();
    }
    // At a quarter (PROTOCOL.md §3), halved as characters are counted here and octets there.
    if (!over && unacknowledged > limits.outbox / 8) {
      unacknowledged = 0;
      upstream.acknowledge();
    }
  }

  function deliver(type: string, data: string): void {
    if (type === 'X') end(1006, '', false, 'abnormal end');
    else if (type === 'C') {
      events.closing();
      const comma = (data + ',').indexOf(',');
      end(+data.substring(0, comma) || 1005, data.substring(comma + 1), true, 'closed');
    } else {
      if (type === 'B') line.binary = true;
      events.message(type === 'B' ? binaryOf(platform.page, data) : data);
    }
  }

  function abort(why: string): void {
    end(1006, '', false, why);
  }

  function end(code: number, reason: string, wasClean: boolean, why: string): void {
    if (over) return;
    hooks.over(why);
    stop();
    // The gateway keeps what has ended until it hears this (PROTOCOL.md §9).
    if (why === 'closed' || why === 'abnormal end') upstream.last([frame('A', inbox.received())]);
    events.closed(code, reason, wasClean, !wasClean);
  }

  function stop(): void {
    over = true;
    unanswered.clear();
    upstream.stop();
    downstream.leave(member);
  }

  downstream.enter(member);

  return {
    send: (data, size) => {
      if (typeof data === 'string') outbox.add('T', data, size);
      else {
        line.binary = true;
        outbox.add('B', charactersOf(data), size);
      }
      upstream.wake();
    },
    close: (code, reason) => {
      closing = true;
      outbox.add('C', code === 1005 ? '' : reason ? code + ',' + reason : '' + code, 0);
      upstream.wake();
    },
    leave: () => {
      if (over) return;
      stop();
      line.sync = true;
      sayGone(platform, line);
    },
    rest: downstream.rest,
    kind: downstream.kind
  };
}

/** A beacon outlives the page; of requests, those that the page waits for. Where neither arrives the gateway finds out by its window. */
export function sayGone(platform: Platform, line: Line): void {
  const address = addressOf(line.url, 'send');
  const body = textBody(line.token, [frame('X', '')]);
  const navigator = platform.page.navigator;
  if (!navigator || !navigator.sendBeacon || !navigator.sendBeacon(address, body))
    line.way.post(platform, address, body, line);
}
