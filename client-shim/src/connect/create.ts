import { randomId } from '../browser/random.ts';
import { createRetry } from '../session/retry.ts';
import type { Limits } from '../session/session.ts';
import type { Platform } from '../transport/platform.ts';
import type { Ask, Request, Way } from '../transport/request.ts';
import { addressOf, pathOf } from '../wire/address.ts';
import { type Fields, readFields, spellFields } from '../wire/parameters.ts';
import type { Target } from './connection.ts';

/** Milliseconds after which an answer is taken for lost: below the 5 s in which a session must be attached. */
const PATIENCE = 3000;
/** Milliseconds after the first failure in which create is repeated. */
const WINDOW = 10000;

export interface Created extends Limits {
  readonly token: string;
  readonly protocol: string;
  /** Names of the carriers that the route offers. */
  readonly carriers: string[];
  /** Milliseconds that the answer took. */
  readonly rtt: number;
  /** Requests that it took. */
  readonly tries: number;
}

export interface CreateEvents {
  created(created: Created): void;
  failed(reason: string): void;
}

/**
 * Asks for a session (PROTOCOL.md §3), again with the same nonce while the answer is lost or cut, and tells one of the events unless it
 * was given up by the function returned.
 */
export function create(
  ask: Ask,
  way: Way,
  platform: Platform,
  target: Target,
  crossOrigin: boolean,
  events: CreateEvents
): () => void {
  const fields: Fields = {
    nonce: randomId(24),
    url: pathOf(target.url),
    origin: target.origin,
    protocols: target.protocols.join(',')
  };
  // Only where it needs no preflight.
  const header = crossOrigin ? '' : target.bridged ? 'bridge' : 'create';
  let request: Request | undefined;
  let givenUp = false;
  let tries = 0;
  const retry = createRetry(platform, WINDOW, again, () => events.failed('create unanswered'));

  function again(): void {
    const started = platform.now();
    tries += 1;
    request = ask(
      way,
      addressOf(target.url, 'create'),
      spellFields(fields),
      { crossOrigin: crossOrigin, header: header },
      PATIENCE,
      (status, text) => {
        if (givenUp) return;
        const answer = status === 200 && readFields(text);
        if (answer && answer.end) {
          const room = way.room ? way.room(platform, addressOf(target.url, 'send')) : Infinity;
          events.created(createdFrom(answer, room, platform.now() - started, tries));
        }
        // 502 is the backend's refusal, 429 and 503 are bounds (PROTOCOL.md §11): to insist would be rude.
        else if (status === 200 || /^(0|408|425|504)$/.test('' + status)) retry.failed();
        else events.failed('status ' + status);
      }
    );
  }

  again();
  return () => {
    givenUp = true;
    retry.stop();
    // In a later task: a request that is aborted in the task that sent it keeps its connection for good in PhantomJS 2 and QtWebKit.
    platform.page.setTimeout((request as Request).abort, 0);
  };
}

function createdFrom(answer: Fields, room: number, rtt: number, tries: number): Created {
  const text = (name: string): string => answer[name] || '';
  return {
    token: text('token'),
    protocol: text('protocol'),
    carriers: text('carriers').split(','),
    heartbeat: +text('heartbeat'),
    silence: +text('silence'),
    window: +text('window'),
    outbox: +text('outbox'),
    body: Math.min(room, +text('body')),
    rtt: rtt,
    tries: tries
  };
}
