import { type Alarm, createAlarm } from '../transport/alarm.ts';
import { encodeBody, isTransient, refusesBytes, type SessionContext } from '../transport/carrier.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { type Frame, frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import { type Downstream, LONGEST_TURN } from './downstream.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { createRetry, type Retry } from './retry.ts';

export interface UpstreamEvents {
  /** The frames of a response. */
  _frames(frames: Frame[]): void;
  /** The gateway does not continue the session, or could not be reached for too long. */
  _lost(reason: string): void;
}

interface UpstreamLimits {
  readonly _window: number;
  readonly _silence: number;
}

/**
 * What a poll carries is at most such a part of a body: so many sessions share a downstream, and a
 * longer upload would keep messages from coming down.
 */
const SHARES = 16;
/** Milliseconds for which a poll that carried frames waits for a reply (PROTOCOL.md §6.2). */
const ACK_DELAY = 200;

/** Sends the frames of the outbox (PROTOCOL.md §5). */
export class Upstream {
  private readonly _platform: Platform;
  private readonly _context: SessionContext;
  private readonly _limits: UpstreamLimits;
  private readonly _outbox: Outbox;
  private readonly _inbox: Inbox;
  private readonly _downstream: Downstream;
  private readonly _events: UpstreamEvents;
  private readonly _maxRequests: number;
  private readonly _address: string;
  private readonly _soon: Alarm;
  private readonly _retry: Retry;
  private _inFlight = 0;
  private _ackDue = false;
  private _acked = 0;
  private _stopped = false;
  /** Whether the last poll carried frames. */
  private _carrying = false;
  /** When frames were taken last since the last attach, or 0. */
  private _taken = 0;
  /** Whether frames brought a message down soon, the last time. */
  private _replies = true;

  constructor(
    platform: Platform,
    context: SessionContext,
    limits: UpstreamLimits,
    outbox: Outbox,
    inbox: Inbox,
    downstream: Downstream,
    events: UpstreamEvents
  ) {
    this._platform = platform;
    this._context = context;
    this._limits = limits;
    this._outbox = outbox;
    this._inbox = inbox;
    this._downstream = downstream;
    this._events = events;
    // IE 6 and 7 open two connections to a host, and the downstream uses one (Microsoft,
    // "Connectivity Enhancements in IE8").
    this._maxRequests = hasLevel2(platform) ? 2 : 1;
    this._address = addressOf(context.url, 'send', context._node);
    this._soon = createAlarm(platform, () => this._flush());
    this._retry = createRetry(
      platform,
      limits._window,
      () => this._rewind(),
      () => events._lost('window')
    );
  }

  /** Sends soon, in one body with what the current task still adds. */
  _wake(): void {
    if (!this._soon._isSet() && !this._retry._isWaiting())
      this._soon._set(this._replies && this._downstream._isTurning() ? LONGEST_TURN : 0);
  }

  /**
   * The next downstream is attached. Returns the frames that go with it, if it `may` carry some. It
   * does if the backend has replied soon: a poll without a reply brings an acknowledgement alone,
   * so it saves no request and leaves a moment without a downstream.
   */
  _carry(may?: boolean): Frame[] {
    if (this._taken) this._replies = this._platform._now() - this._taken < this._downstream._rtt + ACK_DELAY;
    this._taken = 0;
    if (this._carrying) {
      this._carrying = false;
      this._judge();
    }
    const frames = may && this._replies && !this._retry._isWaiting() ? this._take(SHARES) : [];
    this._carrying = frames.length > 0;
    // The rest goes alone.
    if (may && this._outbox._hasUnsent()) this._soon._set(0);
    return frames;
  }

  private _take(shares: number): Frame[] {
    const frames = this._outbox._take(shares);
    if (frames.length) this._taken = this._platform._now();
    return frames;
  }

  /** Sends an acknowledgement soon, even if there is nothing else to send. */
  _acknowledge(): void {
    this._ackDue = true;
    if (!this._soon._isSet()) this._soon._set(0);
  }

  /** An acknowledgement was sent in another way. */
  _acknowledged(): void {
    this._ackDue = false;
    this._acked = this._inbox._received();
  }

  /** Repeats what was sent on a carrier that broke. */
  _rewind(): void {
    this._outbox._rewind();
    this._flush();
  }

  /**
   * Sends a last acknowledgement after `_stop`. In a later task: in KHTML a request that a script
   * of a frame makes may never end if the frame ends at once. All others would wait behind it.
   */
  _last(): void {
    this._platform._setTimeout(() => this._send([frame('A', this._inbox._received())]), 0);
  }

  /** Stops. Pending requests are not cancelled. */
  _stop(): void {
    this._stopped = true;
    this._soon._clear();
    this._retry._stop();
  }

  private _flush(): void {
    const direct = this._downstream._direct();
    while (!this._stopped && !this._retry._isWaiting()) {
      // Responses may wait for the backend, and the backend for an acknowledgement. So
      // acknowledgements may be sent at any time.
      const free = direct || this._inFlight < this._maxRequests;
      if (!this._ackDue && !(free && this._outbox._hasUnsent())) return;
      const received = this._inbox._received();
      const frames = this._ackDue || received > this._acked ? [frame('A', received)] : [];
      this._ackDue = false;
      this._acked = received;
      const unit = free ? frames.concat(this._take(1)) : frames;
      if (direct) direct(unit);
      else this._send(unit);
    }
  }

  private _send(unit: Frame[]): void {
    const started = this._platform._now();
    const body = encodeBody(this._platform, this._context, unit);
    this._inFlight += 1;
    this._post(body, (status, text) => {
      if (this._stopped) return;
      this._inFlight -= 1;
      const frames = (status === 200 || status === 404) && readText(startPosition(), text);
      const taken = status === 200 && frames && frames.length > 0;
      if (taken) this._downstream._answered(this._platform._now() - started);
      if (frames) this._events._frames(frames);
      if (this._stopped) return;
      if (taken) {
        this._judge();
        this._flush();
      } else if (status === 200 || isTransient(status) || refusesBytes(this._context, body, status))
        this._retry._failed();
      else this._events._lost('status ' + status);
    });
  }

  private _post(body: string | ArrayBuffer, done: (status: number, text: string) => void): void {
    const context = this._context;
    // A full body takes about half a minute on a slow connection.
    const timeout = this._limits._silence / 2;
    context._sendRequest(context._requester, this._address, body, context, timeout, done);
  }

  /**
   * A response arrived. If all responses have arrived and some frames are still not acknowledged,
   * the gateway did not accept them: its inbox is full. Or the poll that carried them was lost.
   */
  private _judge(): void {
    const missing = !this._inFlight && !this._carrying && this._outbox._isAwaiting();
    if (missing && !this._downstream._direct()) this._retry._failed(true);
    else this._retry._succeeded();
  }
}
