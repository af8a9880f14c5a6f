import { createAlarm } from '../transport/alarm.ts';
import { encodeBody, isTransient, type SessionContext } from '../transport/carrier.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { type Frame, frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { createRetry } from './retry.ts';

export interface UpstreamEvents {
  /** The frames of a response. */
  _frames(frames: Frame[]): void;
  /** A request was answered; `ms` is the time it took. */
  _answered(ms: number): void;
  /** The `_send` of a carrier that sends frames, if the downstream has one. */
  _direct(): ((frames: Frame[]) => void) | undefined;
  /** The gateway does not continue the session, or could not be reached for too long. */
  _lost(reason: string): void;
}

/** Sends the frames of the outbox (PROTOCOL.md §5). */
export interface Upstream {
  /** Sends soon, in one body with what the current task still adds. */
  _wake(): void;
  /** Sends an acknowledgement soon, even if there is nothing else to send. */
  _acknowledge(): void;
  /** An acknowledgement was sent in another way. */
  _acknowledged(): void;
  /** Repeats what was sent on a carrier that broke. */
  _rewind(): void;
  /** Sends these frames at once and ignores the result. */
  _last(frames: Frame[]): void;
  /** Stops. Pending requests are not cancelled. */
  _stop(): void;
}

export function createUpstream(
  platform: Platform,
  context: SessionContext,
  limits: { _window: number; _timeout: number },
  outbox: Outbox,
  inbox: Inbox,
  events: UpstreamEvents
): Upstream {
  // IE 6 and 7 open two connections to a host, and the downstream uses one (Microsoft,
  // "Connectivity Enhancements in IE8").
  const most = hasLevel2(platform) ? 2 : 1;
  const address = addressOf(context.url, 'send');
  let inFlight = 0;
  let ackDue = false;
  let acked = 0;
  let stopped = false;
  const soon = createAlarm(platform, flush);
  const retry = createRetry(platform, limits._window, again, () => events._lost('window'));

  function again(): void {
    outbox._rewind();
    flush();
  }

  function flush(): void {
    const direct = events._direct();
    while (!stopped && !retry._isWaiting()) {
      // Responses may wait for the backend, and the backend for an acknowledgement. So
      // acknowledgements may be sent at any time.
      const free = direct || inFlight < most;
      if (!ackDue && !(free && outbox._hasUnsent())) return;
      const received = inbox._received();
      const frames = ackDue || received > acked ? [frame('A', received)] : [];
      ackDue = false;
      acked = received;
      const unit = free ? frames.concat(outbox._take()) : frames;
      if (direct) direct(unit);
      else send(unit);
    }
  }

  function send(unit: Frame[]): void {
    const started = platform._now();
    inFlight += 1;
    const body = encodeBody(platform, context, unit);

    context._sendRequest(context._requester, address, body, context, limits._timeout, (status, text) => {
      if (stopped) return;
      inFlight -= 1;
      const frames = (status === 200 || status === 404) && readText(startPosition(), text);
      const taken = status === 200 && frames && frames.length > 0;
      if (taken) events._answered(platform._now() - started);
      if (frames) events._frames(frames);
      if (stopped) return;
      if (taken) settled();
      else if ((status === 400 || status === 405) && typeof body !== 'string') {
        // The gateway applied nothing of a malformed body. Some engines have typed arrays but post
        // them as "[object ArrayBuffer]". edbrowse turns such a request into a GET.
        context._postsBytes = false;
        retry._failed();
      } else if (status === 200 || isTransient(status)) retry._failed();
      else events._lost('status ' + status);
    });
  }

  /**
   * A response arrived. If all responses have arrived and some frames are still not acknowledged,
   * the gateway did not accept them: its inbox is full.
   */
  function settled(): void {
    if (!inFlight && outbox._isAwaiting() && !events._direct()) retry._failed(true);
    else {
      retry._succeeded();
      flush();
    }
  }

  return {
    _wake: () => {
      if (!soon._isSet() && !retry._isWaiting()) soon._set(0);
    },
    _acknowledge: () => {
      ackDue = true;
      if (!soon._isSet()) soon._set(0);
    },
    _acknowledged: () => {
      ackDue = false;
      acked = inbox._received();
    },
    _rewind: again,
    _last: (frames) => {
      context._sendRequest(
        context._requester,
        address,
        encodeBody(platform, context, frames),
        context,
        limits._timeout,
        soon._clear
      );
    },
    _stop: () => {
      stopped = true;
      soon._clear();
      retry._stop();
    }
  };
}
