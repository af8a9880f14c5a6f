import { createAlarm } from '../transport/alarm.ts';
import type { Platform } from '../transport/platform.ts';
import type { Request, SendRequest } from '../transport/requester.ts';
import { xhrRequester } from '../transport/xhr-requester.ts';
import { addressOf } from '../wire/address.ts';

/** Milliseconds for a handshake, after which the shim asks whether the gateway has it. */
export const HANDSHAKE_TIMEOUT = 2000;
/** Milliseconds by which a timer may be late on a page that was not suspended. */
const TIMER_TOLERANCE = 300;
/** Milliseconds that the gateway's answer may take. */
const ANSWER_TIMEOUT = 3000;
/** Milliseconds after which a handshake is given up even if the gateway has it. */
const LONGEST = 30000;

/**
 * Watches a native WebSocket that is CONNECTING. When its time has passed, the gateway says whether
 * it has the handshake and waits for the backend. If it has none, the network has swallowed it, and
 * `over` is called. `late`: perhaps only because the page was suspended. `slow`: the gateway's
 * answer did not come either. Returns what ends the watch.
 *
 * The facade starts one socket to a host at a time (RFC 6455 §4.1), so none waits here for another.
 */
export function watchHandshake(
  platform: Platform,
  sendRequest: SendRequest,
  url: string,
  crossOrigin: boolean,
  over: (late: boolean, slow: boolean) => void
): () => void {
  const since = platform._now();
  let question: Request | undefined;
  const clock = createAlarm(platform, (late) => {
    const began = platform._now();
    question = sendRequest(
      xhrRequester,
      addressOf(url, 'upgrade'),
      '',
      { _crossOrigin: crossOrigin },
      ANSWER_TIMEOUT,
      // On a page that was suspended, the events of its sockets come before the answer.
      (status, text) => {
        const now = platform._now();
        const waited = now - since;
        // A new connection, TLS and the handshake take up to four round trips, a request one.
        const left =
          /=pending/.test(text) && waited < LONGEST
            ? HANDSHAKE_TIMEOUT
            : status && 4 * (now - began) - waited;
        if (left > 0) clock._set(left);
        else over(late > TIMER_TOLERANCE, !status && now - began > HANDSHAKE_TIMEOUT);
      }
    );
  });
  clock._set(HANDSHAKE_TIMEOUT);
  return () => {
    if (question) question._abort();
    clock._clear();
  };
}
