import { foreignOrigin } from '../access/admission.ts';
import { crossOriginHeaders, preflightHeaders } from '../access/cors.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { text } from '../dialect/text.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import { PLAIN } from '../http/plain.ts';
import { logRefusal, refuse } from '../http/refuse.ts';
import { parseBytes } from '../protocol/byte-form.ts';
import { parseTextBytes } from '../protocol/text-form.ts';
import { MalformedError, type Unit } from '../protocol/unit.ts';
import { UnitBuilder } from '../protocol/unit-builder.ts';
import type { Session } from '../session/session.ts';
import { readToken, TokenGate } from './body-gates.ts';
import { Creator, type CreatorContext } from './creator.ts';
import type { FallbackAddress } from './fallback-path.ts';
import { headersFor } from './headers.ts';
import { asLegacyRequest, asRefusedRequest } from './legacy/legacy-request.ts';
import { WrappedExchange } from './legacy/wrapped.ts';
import { TRANSPORTS } from './list.ts';
import type { TransportLimits } from './options.ts';
import type { FallbackRoute } from './route.ts';
import { DistantSession, type MemberSession, type OpenDistant } from './shared/distant-session.ts';
import { Multiplexer } from './shared/multiplexer.ts';
import type { Transport } from './transport.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** Knows which browsers have a handshake under way. */
export interface Handshakes {
  /** Calls `report` at once, or when other nodes have answered. */
  find(exchange: Exchange, report: (isPending: boolean) => void): void;
}

/** What the endpoint needs of the gateway. */
export interface EndpointContext extends CreatorContext {
  readonly transport: TransportLimits;
  /** Knows which browsers have a WebSocket handshake under way. */
  readonly handshakes: Handshakes;
  /** The route of exactly this path. */
  route(path: string): FallbackRoute | undefined;
  /** How a stream of the session is had, if another node owns it. */
  distant?(token: string, exchange: Exchange): OpenDistant | undefined;
}

/** Bytes that token and punctuation may add to a body. */
export const TOKEN_ROOM = 1_024;

/** A page whose preflight is refused sees a network error; the log has the reason. */
function answerPreflight(exchange: Exchange, { access, log }: FallbackRoute): void {
  const refusal = foreignOrigin(access, exchange);
  if (refusal !== undefined) logRefusal(log, exchange, refusal);
  exchange.reply(204, preflightHeaders(access.origins, exchange), '');
}

/** Leads each plain request of the fallback protocol to the transport whose action it names. */
export class FallbackEndpoint {
  readonly #context: EndpointContext;
  readonly #creator: Creator;
  readonly #gate: TokenGate;
  /** Header fields of answers, by the address that is found again for heads that came before. */
  readonly #fields = new WeakMap<FallbackAddress, Headers>();

  constructor(context: EndpointContext) {
    this.#context = context;
    this.#creator = new Creator(context);
    this.#gate = new TokenGate(context.sessions, context.memory);
  }

  /** Answers a request below a route. Throws a `RequestError` for JSONP that is not allowed. */
  handle(given: Exchange, address: FallbackAddress, route: FallbackRoute): void {
    const exchange = asLegacyRequest(given, address.action, route.jsonp);
    const headers = this.#fieldsFor(exchange, address, route);
    const transport = TRANSPORTS.get(address.action);
    const known = transport !== undefined || address.action === 'create' || address.action === 'upgrade';
    if (!known || (address.token !== undefined) !== (transport?.source === 'url')) {
      refuse(exchange, headers, new RequestError('GW_ACTION'), route.log);
      return;
    }
    if (exchange.method === 'OPTIONS') {
      answerPreflight(exchange, route);
      return;
    }
    const method = transport?.method ?? 'POST';
    if (exchange.method !== method) {
      const allow = `${method}, OPTIONS`;
      refuse(exchange, { ...headers, allow }, new RequestError('GW_METHOD'), route.log);
      return;
    }
    if (address.action === 'upgrade') this.#tellPending(exchange, headers);
    else if (transport === undefined) this.#creator.handle(exchange, address.base, route, headers);
    else if (transport.source === 'url')
      this.#serveUrl(exchange, address.token ?? '', route, headers, transport);
    else this.#collect(exchange, route, headers, transport);
  }

  /** Answers a request that another node was to answer and cannot now (PROTOCOL.md §15). */
  later(given: Exchange, address: FallbackAddress, route: FallbackRoute, error: RequestError): void {
    const exchange = asLegacyRequest(given, address.action, route.jsonp);
    const headers = this.#fieldsFor(exchange, address, route);
    const transport = TRANSPORTS.get(address.action);
    if (transport?.direction !== 'down' || transport.later === undefined) {
      refuse(exchange, headers, error, route.log);
      return;
    }
    logRefusal(route.log, exchange, error);
    transport.later(exchange, headers);
  }

  /** Refuses a request that `handle` did not take, or must not get. */
  refuse(exchange: Exchange, { action }: FallbackAddress, error: unknown, log: Log): void {
    refuse(asRefusedRequest(exchange, action), PLAIN, error, log);
  }

  /** Header fields of every answer to this request. */
  #fieldsFor(exchange: Exchange, address: FallbackAddress, { access }: FallbackRoute): Headers {
    const known = this.#fields.get(address);
    if (known !== undefined) return known;
    // An XDomainRequest needs those of cross-origin access on the page's own origin, too.
    const ownToo = exchange instanceof WrappedExchange;
    const fields = headersFor(crossOriginHeaders(access.origins, exchange, ownToo));
    if (exchange.sameHead !== undefined) this.#fields.set(address, fields);
    return fields;
  }

  /** Says whether the client's Upgrade has reached the gateway (PROTOCOL.md §3.2). */
  #tellPending(exchange: Exchange, headers: Headers): void {
    this.#context.handshakes.find(exchange, (isPending) => {
      exchange.reply(200, headers, `upgrade=${isPending ? 'pending' : 'none'}&end=1`);
    });
  }

  #serveUrl(
    exchange: Exchange,
    token: string,
    route: FallbackRoute,
    headers: Headers,
    transport: Transport,
  ): void {
    this.#serve(exchange, token, route, headers, transport, () => {
      const parameters = new URLSearchParams(exchange.query);
      const unit = new UnitBuilder();
      unit.control('D', parameters.get('d') ?? '');
      for (const session of parameters.getAll('s')) unit.share(session);
      return unit;
    });
  }

  #collect(exchange: Exchange, route: FallbackRoute, headers: Headers, transport: Transport): void {
    const receive = (body: Buffer | Error): void => {
      if (body instanceof Error) {
        this.#refuseBody(exchange, route, headers, transport, body);
        return;
      }
      const prefix = readToken(body);
      if (prefix === undefined) {
        refuse(exchange, headers, new RequestError('GW_TOKEN'), route.log);
        return;
      }
      const { token, form, end } = prefix;
      this.#serve(exchange, token, route, headers, transport, () =>
        form === 'byte' ? parseBytes(body, end) : parseTextBytes(body, end),
      );
    };
    exchange.readBody(this.#context.body + TOKEN_ROOM, receive, this.#gate);
  }

  #refuseBody(
    exchange: Exchange,
    { log }: FallbackRoute,
    headers: Headers,
    transport: Transport,
    error: Error,
  ): void {
    if (error instanceof RequestError && error.code === 'GW_SESSION')
      this.#refuseToken(exchange, log, headers, transport);
    else refuse(exchange, headers, error, log);
  }

  /** The client learns by a frame that the session is gone (PROTOCOL.md §4.2). */
  #refuseToken(exchange: Exchange, log: Log, headers: Headers, transport: Transport): void {
    logRefusal(log, exchange, new RequestError('GW_SESSION'));
    if (transport.direction === 'down') transport.unknown(exchange, headers);
    else exchange.reply(404, headers, text.end('gone'));
  }

  /** Nothing of a unit is parsed or takes effect before its token is known to be good. */
  #serve(
    exchange: Exchange,
    token: string,
    route: FallbackRoute,
    headers: Headers,
    transport: Transport,
    parse: () => Unit,
  ): void {
    const session = this.#context.sessions.find(token, route.path, exchange);
    if (session === undefined) {
      this.#refuseToken(exchange, route.log, headers, transport);
      return;
    }
    try {
      const unit = parse();
      if (transport.direction === 'up') {
        if (unit.wanted !== undefined || unit.shared !== undefined)
          throw new MalformedError('a downstream is not to be had here');
        transport.serve({ exchange, session, unit, headers, limits: this.#context.transport });
        return;
      }
      if (unit.wanted === undefined) throw new MalformedError('no attach');
      const { wanted, shared } = unit;
      const owner =
        shared === undefined
          ? session
          : new Multiplexer(session, unit, shared, (other) => this.#memberOf(transport, other, exchange));
      transport.serve({ exchange, session: owner, unit, headers, wanted, limits: this.#context.transport });
    } catch (error) {
      refuse(exchange, headers, error, route.log);
    }
  }

  /**
   * Streams a session to another node, which writes the carrier that it shares (PROTOCOL.md §10).
   * `action` is that of the carrier. The client is not the one that asks, so this answers with a
   * status and no more.
   */
  attachMember(exchange: Exchange, action: string): void {
    const carrier = TRANSPORTS.get(action);
    const receive = (body: Buffer | Error): void => {
      const prefix = body instanceof Error ? undefined : readToken(body);
      const session = carrier && prefix && this.#findFor(carrier, prefix.token, exchange);
      const route = session && this.#context.route(session.identity.route);
      if (session === undefined || route === undefined || prefix === undefined) {
        exchange.reply(404, PLAIN, '');
        return;
      }
      try {
        const unit = parseTextBytes(body as Buffer, prefix.end);
        if (unit.wanted === undefined) throw new MalformedError('no attach');
        const { transport: limits } = this.#context;
        xhrStreaming.serve({ exchange, session, unit, headers: PLAIN, wanted: unit.wanted, limits });
      } catch (error) {
        refuse(exchange, PLAIN, error, route.log);
      }
    };
    exchange.readBody(this.#context.body + TOKEN_ROOM, receive);
  }

  /** A further session of a shared carrier, of this node or of another. */
  #memberOf(transport: Transport, token: string, exchange: Exchange): MemberSession | undefined {
    const open = this.#context.distant?.(token, exchange);
    return open === undefined
      ? this.#findFor(transport, token, exchange)
      : new DistantSession(token, exchange, open);
  }

  /**
   * The session of another token on a shared carrier. It may be of any route that offers the
   * carrier.
   */
  #findFor(transport: Transport, token: string, exchange: Exchange): Session | undefined {
    const { sessions } = this.#context;
    const path = sessions.routeOf(token);
    const route = path === undefined ? undefined : this.#context.route(path);
    const offered = route?.carriers.split(',') ?? [];
    return route !== undefined && offered.includes(transport.action)
      ? sessions.find(token, route.path, exchange)
      : undefined;
  }
}
