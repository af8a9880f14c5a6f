import { createAlarm } from '../transport/alarm.ts';
import { bodyOf, isPassing, type Line } from '../transport/carrier.ts';
import { hasLevel2, type Platform } from '../transport/platform.ts';
import { addressOf } from '../wire/address.ts';
import { type Frame, frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { createRetry } from './retry.ts';

export interface UpstreamEvents {
  /** Frames of an answer. */
  frames(frames: Frame[]): void;
  /** A request was answered, so many milliseconds after it was made. */
  answered(ms: number): void;
  /** A carrier that takes frames upstream, if the downstream is one. */
  direct(): ((frames: Frame[]) => void) | undefined;
  /** The gateway will not go on, or has not been reached for too long. */
  lost(reason: string): void;
}

/** Sends what the outbox holds (PROTOCOL.md §5). */
export interface Upstream {
  /** Sends soon: in one body with all that the current task still adds. */
  wake(): void;
  /** Sends an acknowledgement soon, whatever else there is. */
  acknowledge(): void;
  /** An acknowledgement went another way. */
  acknowledged(): void;
  /** What was sent on a carrier that broke is sent again. */
  rewind(): void;
  /** Sends these frames at once and does not mind what becomes of them. */
  last(frames: Frame[]): void;
  /** What is on the way is left to arrive. */
  stop(): void;
}

export function createUpstream(
  platform: Platform,
  line: Line,
  limits: { window: number; patience: number },
  outbox: Outbox,
  inbox: Inbox,
  events: UpstreamEvents
): Upstream {
  // IE6 and 7 have two connections to a host, and the downstream holds one (Microsoft, "Connectivity Enhancements in IE8").
  const most = hasLevel2(platform) ? 2 : 1;
  const address = addressOf(line.url, 'send');
  let inFlight = 0;
  let ackDue = false;
  let acked = 0;
  let stopped = false;
  const soon = createAlarm(platform, flush);
  const retry = createRetry(platform, limits.window, again, () => events.lost('window'));

  function again(): void {
    outbox.rewind();
    flush();
  }

  function flush(): void {
    const direct = events.direct();
    while (!stopped && !retry.isWaiting()) {
      // Answers may wait for the backend, and the backend for an acknowledgement: those go out at any time.
      const free = direct || inFlight < most;
      if (!ackDue && !(free && outbox.hasUnsent())) return;
      const received = inbox.received();
      const frames = ackDue || received > acked ? [frame('A', received)] : [];
      ackDue = false;
      acked = received;
      const unit = free ? frames.concat(outbox.take()) : frames;
      if (direct) direct(unit);
      else send(unit);
    }
  }

  function send(unit: Frame[]): void {
    const started = platform.now();
    inFlight += 1;
    const body = bodyOf(platform, line, unit);

    line.ask(line.way, address, body, line, limits.patience, (status, text) => {
      if (stopped) return;
      inFlight -= 1;
      const frames = (status === 200 || status === 404) && readText(startPosition(), text);
      const taken = status === 200 && frames && frames.length > 0;
      if (taken) events.answered(platform.now() - started);
      if (frames) events.frames(frames);
      if (stopped) return;
      if (taken) settled();
      else if ((status === 400 || status === 405) && typeof body !== 'string') {
        // Some engines have typed arrays and post them as "[object ArrayBuffer]": of a malformed body nothing took effect. edbrowse makes it a GET.
        line.postsOctets = false;
        retry.failed();
      } else if (status === 200 || isPassing(status)) retry.failed();
      else events.lost('status ' + status);
    });
  }

  /** An answer came. What no answer has acknowledged when all are there was not taken: the inbox of the gateway is full. */
  function settled(): void {
    if (!inFlight && outbox.isAwaiting() && !events.direct()) retry.failed(true);
    else {
      retry.good();
      flush();
    }
  }

  return {
    wake: () => {
      if (!soon.isSet() && !retry.isWaiting()) soon.set(0);
    },
    acknowledge: () => {
      ackDue = true;
      if (!soon.isSet()) soon.set(0);
    },
    acknowledged: () => {
      ackDue = false;
      acked = inbox.received();
    },
    rewind: again,
    last: (frames) => {
      line.ask(line.way, address, bodyOf(platform, line, frames), line, limits.patience, soon.clear);
    },
    stop: () => {
      stopped = true;
      soon.clear();
      retry.stop();
    }
  };
}
