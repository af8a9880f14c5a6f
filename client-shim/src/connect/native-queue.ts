import { remove } from '../lang/list.ts';
import { type Alarm, createAlarm } from '../transport/alarm.ts';
import type { Platform } from '../transport/platform.ts';
import type { Request, RequestOptions, SendRequest } from '../transport/requester.ts';
import { xhrRequester } from '../transport/xhr-requester.ts';
import { addressOf } from '../wire/address.ts';

/** Milliseconds for a handshake, after which the shim asks whether the gateway has it. */
export const HANDSHAKE_TIMEOUT = 2000;
/**
 * Chromium delays a WebSocket by up to 5 s if the page has many that are CONNECTING: the 13th by up
 * to 0.3 s, each further one by twice as much (net/websockets, `WebSocketThrottler`).
 */
const MANY = 12;
const THROTTLED_TIMEOUT = 7000;
/** Milliseconds by which a timer may be late on a page that was not suspended. */
const TIMER_TOLERANCE = 300;
/** Milliseconds that the gateway's answer may take. */
const ANSWER_TIMEOUT = 3000;
/** Milliseconds after which a handshake is given up even if the gateway has it. */
const LONGEST = 30000;

/** A native WebSocket that is CONNECTING. */
export interface Handshake extends RequestOptions {
  readonly url: string;
  /** It is given up. `late`: perhaps only because the page was suspended. */
  _over(late: boolean): void;
  _timeout?: number;
}

/**
 * The native WebSockets of a page that are CONNECTING to one host. A browser makes one handshake
 * with a host at a time (RFC 6455 §4.1), so time runs for the first of them only, and begins again
 * whenever one of them opens or ends. At its end the gateway says whether it has the handshake and
 * waits for the backend. If it has none, the network has swallowed it, and all of them are given
 * up.
 */
export class NativeQueue {
  /** How many have opened and not ended. */
  _open = 0;
  private readonly _platform: Platform;
  private readonly _sendRequest: SendRequest;
  private _handshakes: Handshake[] = [];
  /** When the time of the first one began. */
  private _since = 0;
  private _question: Request | undefined;
  private readonly _clock: Alarm;

  constructor(platform: Platform, sendRequest: SendRequest) {
    this._platform = platform;
    this._sendRequest = sendRequest;
    this._clock = createAlarm(platform, (late) => this._ask(late > TIMER_TOLERANCE));
  }

  _join(handshake: Handshake): void {
    const length = this._handshakes.push(handshake);
    handshake._timeout = length > MANY ? THROTTLED_TIMEOUT : HANDSHAKE_TIMEOUT;
    if (length < 2) this._restart();
  }

  /** The handshake has ended. Harmless if it had left before. */
  _leave(handshake: Handshake, opened?: boolean): void {
    if (!remove(this._handshakes, handshake) || opened) this._restart();
  }

  private _restart(): void {
    const first = this._handshakes[0];
    if (this._question) this._question._abort();
    this._since = this._platform._now();
    this._clock._clear();
    if (first) this._clock._set(first._timeout as number);
  }

  /** On a page that was suspended, the events of its sockets come before the answer. */
  private _ask(late: boolean): void {
    const first = this._handshakes[0] as Handshake;
    const began = this._platform._now();
    this._question = this._sendRequest(
      xhrRequester,
      addressOf(first.url, 'upgrade'),
      '',
      first,
      ANSWER_TIMEOUT,
      (status, text) => {
        const now = this._platform._now();
        const waited = now - this._since;
        // A new connection, TLS and the handshake take up to four round trips, a request one.
        const left =
          /=pending/.test(text) && waited < LONGEST
            ? HANDSHAKE_TIMEOUT
            : status && 4 * (now - began) - waited;
        if (left > 0) this._clock._set(left);
        // Each leaves.
        else while (this._handshakes[0]) this._handshakes[0]._over(late);
      }
    );
  }
}
