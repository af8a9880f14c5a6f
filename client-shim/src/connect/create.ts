import { randomId } from '../browser/random.ts';
import { has } from '../lang/has.ts';
import { createRetry } from '../session/retry.ts';
import type { Limits } from '../session/session.ts';
import type { Platform } from '../transport/platform.ts';
import type { Request, Requester, SendRequest } from '../transport/requester.ts';
import { addressOf, pathOf } from '../wire/address.ts';
import { encodeFields, type Fields, readFields } from '../wire/parameters.ts';
import type { Target } from './connection.ts';

/**
 * Milliseconds after which an answer counts as lost: less than the 5 s within which a session must
 * be attached.
 */
const ANSWER_TIMEOUT = 3000;
/** Milliseconds after the first failure during which create is repeated. */
const RETRY_WINDOW = 10000;
/** The same to another origin, where a refusal that the page may not read looks like a failure. */
const CROSS_ORIGIN_WINDOW = 1000;
/** Milliseconds that the user has for the browser's login dialogue. */
const LOGIN_TIMEOUT = 300000;
/**
 * A script tag has the request as its address, of at most 2,000 characters. The steps are left out
 * of a longer one than this: they have at most 210 characters, and its other parts 50.
 */
const ROOM_FOR_STEPS = 1700;
/** The first line of a text, as the gateway's refusals are, and not of a proxy's page. */
const SENTENCE = /^[^<\s].{0,300}/;

/** A session that the gateway has made. */
export interface Created extends Limits {
  readonly _token: string;
  /** The node that owns it, or empty. */
  readonly _node: string;
  readonly protocol: string;
  /** Names of the carriers that the route offers. */
  readonly _carriers: string[];
  /** The gateway's word for why there is no better transport, or empty. */
  readonly _downgraded: string;
  /** Milliseconds until the answer. */
  readonly _rtt: number;
  /** Number of requests that it took. */
  readonly _tries: number;
}

/**
 * Asks for a session (PROTOCOL.md §3), again with the same nonce while the answer is lost or cut.
 * Calls one of the functions, unless the returned one has cancelled it. `beside`: the token of
 * another session of the page, so that both are on one node; or empty. `steps`: what became of
 * the steps before (PROTOCOL.md §3.5). `readable`: the reason has the gateway's own words.
 */
export function create(
  sendRequest: SendRequest,
  requester: Requester,
  platform: Platform,
  target: Target,
  crossOrigin: boolean,
  beside: string,
  steps: string,
  succeed: (created: Created) => void,
  fail: (reason: string, readable?: boolean) => void
): () => void {
  const fields: Fields = {
    nonce: randomId(24),
    url: pathOf(target.url),
    origin: target.origin,
    protocols: target.protocols.join(','),
    beside: beside
  };
  if (encodeURIComponent(addressOf(target.url, 'create') + encodeFields(fields)).length < ROOM_FOR_STEPS)
    fields.steps = steps;
  // Only where it needs no preflight.
  const header = crossOrigin ? '' : target._bridged ? 'bridge' : 'create';
  let request: Request | undefined;
  let cancelled = false;
  let tries = 0;
  // The first request wants no dialogue of the browser: it would be gone with the request, after
  // three seconds.
  let quiet = !!requester._asksUser;
  /** Of the answer before the dialogue, in which a user takes his time. */
  let rtt = 0;
  const retry = createRetry(platform, crossOrigin ? CROSS_ORIGIN_WINDOW : RETRY_WINDOW, again, () =>
    fail('create unanswered')
  );

  function again(): void {
    const started = platform._now();
    tries += 1;
    request = sendRequest(
      requester,
      addressOf(target.url, 'create'),
      encodeFields(fields),
      { _crossOrigin: crossOrigin, _header: header, _quiet: quiet },
      quiet || !requester._asksUser ? ANSWER_TIMEOUT : LOGIN_TIMEOUT,
      (status, text) => {
        if (cancelled) return;
        const answer = status === 200 && readFields(text);
        if (answer && answer.end) {
          const most = requester._maxBody;
          const maxBody = most ? most(platform, addressOf(target.url, 'send', answer.node)) : Infinity;
          succeed(createdFrom(answer, maxBody, rtt || platform._now() - started, tries));
        } else if (status === 401 && quiet) {
          quiet = false;
          rtt = platform._now() - started;
          again();
        }
        // Gateways before 0.2 do not know these fields.
        else if (status === 400 && has(fields, 'beside')) {
          delete fields.beside;
          delete fields.steps;
          again();
        }
        // 502 is the backend's refusal, 429 and 503 are bounds (PROTOCOL.md §11): repeating it at
        // once would only add load.
        else if (status === 200 || /^(0|408|425|504)$/.test(status as never)) retry._failed();
        else {
          const sentence = SENTENCE.exec(text);
          fail('status ' + status + (sentence ? ': ' + sentence[0] : ''), !!sentence);
        }
      }
    );
  }

  again();
  return () => {
    cancelled = true;
    retry._stop();
    // In a later task: PhantomJS 2 and QtWebKit never release the connection of a request that is
    // aborted in the task that sent it.
    platform._setTimeout((request as Request)._abort, 0);
  };
}

function createdFrom(answer: Fields, maxBody: number, rtt: number, tries: number): Created {
  const text = (name: string): string => answer[name] || '';
  return {
    _token: text('token'),
    _node: text('node'),
    protocol: text('protocol'),
    _carriers: text('carriers').split(','),
    _downgraded: text('downgraded'),
    _heartbeat: +text('heartbeat'),
    _silence: +text('silence'),
    _window: +text('window'),
    _outbox: +text('outbox'),
    _body: Math.min(maxBody, +text('body')),
    _rtt: rtt,
    _tries: tries
  };
}
