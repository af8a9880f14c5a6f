import { createHash } from 'node:crypto';
import { admitSockJs, foreignOrigin, mayUseSockJs } from '../../access/admission.ts';
import type { CookieBinding } from '../../access/cookie-binding.ts';
import { NO_HEADERS } from '../../access/cors.ts';
import { ownOrigin } from '../../access/origins.ts';
import { detached } from '../../base/detached.ts';
import { errorTable } from '../../base/error-table.ts';
import { oneAtATime, RefusedError, RequestError } from '../../base/errors.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { ANOTHER } from '../../dialect/sockjs.ts';
import { MessageReader } from '../../dialect/sockjs-messages.ts';
import { withRemedy } from '../../http/body-gate.ts';
import type { Exchange, Headers } from '../../http/exchange.ts';
import { logRefusal, refuse } from '../../http/refuse.ts';
import { ABNORMAL } from '../../protocol/close.ts';
import { unitOf } from '../../protocol/unit.ts';
import type { Session } from '../../session/session.ts';
import { KnownSessionGate } from '../body-gates.ts';
import { backendRefusal } from '../login.ts';
import type { DownForm, Downstream, UpForm } from './form.ts';
import type { FormField } from './form-field.ts';
import { crossOriginOf, merged, preflight, stickyCookie, uncached } from './headers.ts';
import { HeldSession } from './held-session.ts';
import { FORMS } from './list.ts';
import { MessageSlices, SHORT_BODY, type Taker } from './message-slices.ts';
import { type PageSettings, SockJsPages } from './pages.ts';
import type { SessionAddress, SockJsAddress } from './path.ts';
import type { SockJsRoute } from './route.ts';
import { type Added, handshakeUrl } from './url.ts';
import { answerPlain } from './websocket.ts';
import { wrongMethod } from './wrong-method.ts';

/** What the endpoint needs of the gateway. */
export interface SockJsContext extends PageSettings {
  readonly memory: MemoryBudget;
  readonly binding: CookieBinding;
  /** Bytes after which a stream ends. */
  readonly responseLimit: number;
  /** The gateway takes no new sessions. */
  draining(): boolean;
}

const REFUSAL = uncached('text/plain');

/** A body holds messages, and may be as long as one. */
const LONGER_MESSAGES = { add: { key: 'maxMessage' } };

/** The status is that of SockJS for what is not offered. */
function jsonpIsOff(): RequestError {
  return new RequestError('GW_SOCKJS', errorTable.GW_JSONP.text, { add: { key: 'jsonp', value: 'true' } });
}

/**
 * Answers every plain request of SockJS. A session's id is made by its client and stands in every
 * URL, so it proves nothing. It is looked up only under the address of the session's first request,
 * and a page of another origin does not find it.
 */
export class SockJsEndpoint {
  readonly #context: SockJsContext;
  readonly #pages: SockJsPages;
  readonly #held = new Map<string, HeldSession>();
  readonly #gate: KnownSessionGate;

  constructor(context: SockJsContext) {
    this.#context = context;
    this.#pages = new SockJsPages(context);
    this.#gate = new KnownSessionGate(context.memory);
  }

  /** Whether it has the session of this key. */
  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** Answers a request below a route. */
  handle(exchange: Exchange, address: SockJsAddress, route: SockJsRoute): void {
    if (address.kind !== 'session') {
      this.#pages.handle(exchange, address, route);
      return;
    }
    const form = FORMS.get(address.action);
    if (form === undefined) {
      answerPlain(exchange, this.#context.websocket, route.log);
      return;
    }
    if (form.isCallback && !route.jsonp) {
      refuse(exchange, REFUSAL, jsonpIsOff(), route.log);
      return;
    }
    const headers = this.#headersFor(exchange, route);
    if (exchange.method === 'OPTIONS' && form.preflight !== undefined) {
      const refusal = foreignOrigin(route.access, exchange);
      if (refusal !== undefined) logRefusal(route.log, exchange, refusal);
      exchange.reply(204, preflight(form.preflight, headers), '');
      return;
    }
    if (exchange.method !== form.method) {
      const allow = form.preflight === undefined ? form.method : `${form.method}, OPTIONS`;
      wrongMethod(exchange, allow, route.log);
      return;
    }
    try {
      if (form.direction === 'down') this.#attach(exchange, address, route, headers, form);
      else this.#send(exchange, address, route, headers, form);
    } catch (error) {
      refuse(exchange, merged(REFUSAL, headers), error, route.log);
    }
  }

  #headersFor(exchange: Exchange, route: SockJsRoute): Headers {
    const crossOrigin = crossOriginOf(exchange, route);
    if (!this.#context.cookie) return crossOrigin;
    return crossOrigin === NO_HEADERS
      ? stickyCookie(exchange)
      : { ...crossOrigin, ...stickyCookie(exchange) };
  }

  #mayUse(exchange: Exchange, { origin, bound }: HeldSession, isCallback: boolean): boolean {
    return mayUseSockJs(exchange, origin, isCallback) && this.#context.binding.of(exchange) === bound;
  }

  // --- down ---

  #attach(
    exchange: Exchange,
    address: SessionAddress,
    route: SockJsRoute,
    headers: Headers,
    form: DownForm,
  ): void {
    const { responseLimit } = this.#context;
    const key = sockJsKey(address);
    const held = this.#held.get(key);
    if (held !== undefined && !this.#mayUse(exchange, held, form.isCallback)) {
      throw new RequestError('GW_SESSION', 'not found');
    }
    const downstream = form.receive({ exchange, headers, responseLimit });
    if (held === undefined) this.#open(exchange, key, address, route, headers, form, downstream);
    else if (held.session === undefined) downstream.turnAway(ANOTHER);
    else {
      begin(exchange, downstream, held.session, false);
    }
  }

  /**
   * An unknown id is a new session (SockJS 0.3.3, "Protocol"). It is announced when the backend has
   * accepted.
   */
  #open(
    exchange: Exchange,
    given: string,
    { base }: SessionAddress,
    route: SockJsRoute,
    headers: Headers,
    form: DownForm,
    downstream: Downstream,
  ): void {
    if (this.#context.draining()) throw new RequestError('GW_DRAINING');
    const stated = admitSockJs(route.access, exchange, form.isCallback);
    // The session keeps both, and must not keep the head that they were cut out of.
    const origin = stated && detached(stated);
    const key = detached(given);
    const bound = this.#context.binding.of(exchange);
    const held = new HeldSession(this.#held, key, origin ?? detached(ownOrigin(exchange)), bound);
    let isGone = false;
    exchange.onGone(() => {
      isGone = true;
    });
    const url = handshakeUrl(base, exchange.query, addedBy(form));
    route.openSockJs(exchange, { url, origin }, held).then(
      (session) => {
        held.session = session;
        if (isGone) session.abandon();
        else begin(exchange, downstream, session, true);
      },
      (error: unknown) => {
        held.ended();
        // The client does not learn what went wrong behind the gateway. A status would make it try
        // another transport, which would fail as well.
        if (isGone) return;
        if (error instanceof RefusedError && error.code === 'GW_AUTH') {
          const refusal = backendRefusal(error, false, exchange.query);
          exchange.reply(refusal.status, { ...merged(REFUSAL, headers), ...refusal.headers }, refusal.body);
        } else if (error instanceof RefusedError) downstream.turnAway(ABNORMAL);
        else refuse(exchange, merged(REFUSAL, headers), error, route.log);
      },
    );
  }

  // --- up ---

  #send(
    exchange: Exchange,
    address: SessionAddress,
    route: SockJsRoute,
    headers: Headers,
    form: UpForm,
  ): void {
    const refusal = merged(REFUSAL, headers);
    const held = this.#held.get(sockJsKey(address));
    const isAllowed = held !== undefined && this.#mayUse(exchange, held, false);
    const session = isAllowed ? held.session : undefined;
    if (held === undefined || session === undefined) throw new RequestError('GW_SESSION', 'not found');
    const receive = (body: Buffer | Error): void => {
      try {
        if (body instanceof Error) throw withRemedy(body, LONGER_MESSAGES);
        this.#take(exchange, held, session, body, form.field?.(body, exchange), answer);
      } catch (error) {
        answer(error as Error);
      }
    };
    const answer = (error: Error | undefined): void => {
      if (error === undefined) form.answer(exchange, headers);
      else refuse(exchange, refusal, error, route.log);
    };
    exchange.readBody(route.maxMessage, receive, this.#gate);
  }

  /** Throws the error to answer, or calls `done` once the messages of the body are taken. */
  #take(
    exchange: Exchange,
    held: HeldSession,
    session: Session,
    body: Buffer,
    field: FormField | undefined,
    done: (error: Error | undefined) => void,
  ): void {
    // The session may have ended while the body was arriving.
    if (session.state === 'ended') throw new RequestError('GW_SESSION', 'not found');
    // A long field is decoded later, a slice in each turn of the event loop.
    const isLongField = field !== undefined && body.length > SHORT_BODY;
    const reader = isLongField ? undefined : new MessageReader(field?.decode() ?? body);
    const take: Taker = (messages, next) =>
      session.accept(unitOf(messages, session.received + 1), () => next());
    // A client sends again after the answer to its last request, and that answer comes when there
    // is room. This client does not wait.
    if (held.isTaking) throw oneAtATime();
    session.checkRoom();
    if (reader !== undefined && body.length <= SHORT_BODY) {
      take(reader.rest(), () => done(undefined));
      return;
    }
    held.isTaking = true;
    const address = exchange.remoteAddress;
    const slices = new MessageSlices(
      take,
      () => this.#context.memory.account(address),
      (error) => {
        held.isTaking = false;
        done(error);
      },
    );
    if (reader !== undefined) slices.start(reader, body.length);
    else slices.startWithField(field as FormField, body.length);
  }
}

/** Gives a session its downstream, whose end it then learns. */
function begin(exchange: Exchange, downstream: Downstream, session: Session, isNew: boolean): void {
  const carrier = downstream.begin(session, isNew);
  // A bound function: a closure would keep the form's downstream with it.
  if (carrier !== undefined) exchange.onGone(session.lost.bind(session, carrier));
}

/** What the client adds to the query. An EventSource requests the URL unchanged. */
function addedBy({ isCallback, method }: DownForm): Added | undefined {
  if (isCallback) return 'callback';
  return method === 'POST' ? 'time' : undefined;
}

/** Characters of an address from which on its hash is the key: the key is kept with the session. */
const LONG_ADDRESS = 256;

/** What a session is found by. */
export function sockJsKey({ base, session }: SessionAddress): string {
  const address = `${base}/${session}`;
  if (address.length <= LONG_ADDRESS) return address;
  return createHash('sha256').update(address).digest('base64');
}
