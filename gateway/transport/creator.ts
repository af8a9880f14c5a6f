import { admitCreate } from '../access/admission.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { withRemedy } from '../http/body-gate.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import { refuse } from '../http/refuse.ts';
import type { Creations } from '../session/creations.ts';
import type { SessionLimits } from '../session/limits.ts';
import type { Session } from '../session/session.ts';
import { CreateGate } from './body-gates.ts';
import { cookiesFor } from './cookies.ts';
import { CREATE_BODY, type CreateRequest, encodeAnswer, fingerprint, parseCreate } from './create.ts';
import { backendRefusal } from './login.ts';
import type { FallbackRoute } from './route.ts';
import type { SessionFinder } from './session-finder.ts';

/** What a creator needs of the gateway. */
export interface CreatorContext {
  readonly creations: Creations;
  readonly sessions: SessionFinder;
  readonly memory: MemoryBudget;
  readonly session: SessionLimits;
  /** Bytes of a request body. */
  readonly body: number;
  /** The name of this node, if the gateway has several (PROTOCOL.md §15). */
  readonly node?: string | undefined;
  /** The gateway takes no new sessions. */
  draining(): boolean;
}

const SHORTER = {
  advice: `a create has at most ${CREATE_BODY} bytes: shorten the address or the subprotocols`,
};

/** Answers `create` (PROTOCOL.md §3). */
export class Creator {
  readonly #context: CreatorContext;
  readonly #gate: CreateGate;

  constructor(context: CreatorContext) {
    this.#context = context;
    this.#gate = new CreateGate(context.memory);
  }

  handle(exchange: Exchange, base: string, route: FallbackRoute, headers: Headers): void {
    const receive = (body: Buffer | Error): void => {
      try {
        if (body instanceof Error) throw withRemedy(body, SHORTER);
        // Checked now and not at the head: draining may have begun while the body was arriving.
        if (this.#context.draining()) throw new RequestError('GW_DRAINING');
        const request = parseCreate(body, base);
        if (request.hasBadSteps) {
          const { remoteAddress } = exchange;
          route.log.debug('steps ignored', { remoteAddress, reason: 'not as PROTOCOL.md §3.5 says' });
        }
        const isAnonymous = admitCreate(route.access, exchange, request.origin) === 'any';
        this.#open(exchange, base, route, headers, request, isAnonymous);
      } catch (error) {
        refuse(exchange, headers, error, route.log);
      }
    };
    exchange.readBody(CREATE_BODY, receive, this.#gate);
  }

  #open(
    exchange: Exchange,
    base: string,
    route: FallbackRoute,
    headers: Headers,
    request: CreateRequest,
    isAnonymous: boolean,
  ): void {
    const print = fingerprint(request, base, (name) => exchange.header(name));
    this.#context.creations
      .begin(request.nonce, print, (claim) => route.open(exchange, request, claim))
      .then(
        (session) => {
          this.#context.sessions.bind(session, exchange);
          const { cookies } = session.identity;
          const fields = cookies.length > 0 && { 'set-cookie': cookiesFor(cookies, request.pageUrl) };
          exchange.reply(200, fields ? { ...headers, ...fields } : headers, this.#describe(session, route));
        },
        (error: unknown) => {
          if (!(error instanceof RefusedError)) {
            refuse(exchange, headers, error, route.log);
            return;
          }
          // Who made the attempt has logged it.
          const refusal = backendRefusal(error, isAnonymous, exchange.query);
          exchange.reply(refusal.status, { ...headers, ...refusal.headers }, refusal.body);
        },
      );
  }

  #describe(session: Session, route: FallbackRoute): string {
    const { heartbeat, silence, resumeWindow, outbox } = this.#context.session;
    const { token, protocol } = session.identity;
    const { body, node } = this.#context;
    return encodeAnswer({
      token,
      protocol,
      carriers: route.carriers,
      downgraded: session.downgraded,
      heartbeat,
      silence,
      window: resumeWindow,
      outbox,
      body,
      node,
    });
  }
}
