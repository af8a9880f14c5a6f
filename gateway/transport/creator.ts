import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import type { Creations } from '../session/creations.ts';
import type { SessionLimits } from '../session/policy.ts';
import type { Session } from '../session/session.ts';
import { cookiesFor } from './cookies.ts';
import { CREATE_BODY, type CreateRequest, encodeAnswer, fingerprint, parseCreate } from './create.ts';
import { refuse, refuseFor, refuseLong } from './refuse.ts';
import type { FallbackRoute } from './route.ts';

/** What a creator tells clients of its bounds. */
export interface CreatorContext {
  readonly log: Log;
  readonly creations: Creations;
  readonly session: SessionLimits;
  /** Bytes of a request body. */
  readonly body: number;
  /** The gateway takes no new sessions. */
  draining(): boolean;
}

/** Answers `create` (PROTOCOL.md §3). */
export class Creator {
  readonly #context: CreatorContext;

  constructor(context: CreatorContext) {
    this.#context = context;
  }

  handle(exchange: Exchange, base: string, route: FallbackRoute, headers: Headers): void {
    exchange.readBody(CREATE_BODY, (body) => {
      if (body === undefined) {
        refuseLong(exchange, headers);
        return;
      }
      // Not before: a body may have begun to come when there was no talk of that.
      if (this.#context.draining()) {
        refuse(exchange, { ...headers, 'retry-after': '1' }, 503, 'shutting down');
        return;
      }
      try {
        const request = parseCreate(body, base);
        route.admit(exchange, request.origin);
        this.#open(exchange, base, route, headers, request);
      } catch (error) {
        refuseFor(exchange, headers, error, this.#context.log);
      }
    });
  }

  #open(
    exchange: Exchange,
    base: string,
    route: FallbackRoute,
    headers: Headers,
    request: CreateRequest,
  ): void {
    const likeness = fingerprint(request, base, (name) => exchange.header(name));
    this.#context.creations
      .begin(request.nonce, likeness, (ended) => route.open(exchange, request, ended))
      .then(
        (session) => {
          const { cookies } = session.identity;
          const fields = cookies.length > 0 && { 'set-cookie': cookiesFor(cookies, request.url) };
          exchange.reply(200, fields ? { ...headers, ...fields } : headers, this.#describe(session, route));
        },
        (error: unknown) => {
          // Whatever went wrong behind the gateway looks the same from here.
          if (error instanceof RefusedError) refuse(exchange, headers, 502, 'connection failed');
          else refuseFor(exchange, headers, error, this.#context.log);
        },
      );
  }

  #describe(session: Session, route: FallbackRoute): string {
    const { heartbeat, silence, window, outbox } = this.#context.session;
    const { token, protocol } = session.identity;
    const { body } = this.#context;
    return encodeAnswer({
      token,
      protocol,
      carriers: route.carriers,
      heartbeat,
      silence,
      window,
      outbox,
      body,
    });
  }
}
