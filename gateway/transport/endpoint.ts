import { mayUse } from '../access/admission.ts';
import { END } from '../dialect/resumable.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import { parseBytes } from '../protocol/byte-form.ts';
import { parseText } from '../protocol/text-form.ts';
import { MalformedError, type Unit } from '../protocol/unit.ts';
import { decodeUtf8, UnitBuilder } from '../protocol/unit-builder.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import type { FallbackAddress } from './address.ts';
import { Creator, type CreatorContext } from './creator.ts';
import { headersFor } from './headers.ts';
import { asLegacyRequest } from './legacy/legacy-request.ts';
import { WrappedExchange } from './legacy/wrapped.ts';
import { TRANSPORTS } from './list.ts';
import { refuse, refuseFor, refuseLong } from './refuse.ts';
import type { FallbackRoute } from './route.ts';
import { Multiplexer } from './shared/multiplexer.ts';
import type { Transport, TransportLimits } from './transport.ts';

/** What the endpoint needs of its surroundings. */
export interface EndpointContext extends CreatorContext {
  readonly registry: SessionRegistry;
  readonly transport: TransportLimits;
  /** Cookie that must keep its value on every request of a session; absent: none. */
  readonly bindSession?: string | undefined;
  /** The route of that very path. */
  route(path: string): FallbackRoute | undefined;
}

/** Bytes that token and punctuation may add to a body. */
const TOKEN_ROOM = 1_024;

/** First byte of a body in byte form. */
const BYTE_FORM = 0x01;

/** Stands behind the token of a body in text form. */
const SEPARATOR = ';';

/** Every plain request of the fallback protocol comes through here and goes to the transport whose action it names. */
export class FallbackEndpoint {
  readonly #context: EndpointContext;
  readonly #creator: Creator;

  constructor(context: EndpointContext) {
    this.#context = context;
    this.#creator = new Creator(context);
  }

  /** Answers a request below a route. Throws a `RequestError` for one that may not be asked so. */
  handle(given: Exchange, address: FallbackAddress, route: FallbackRoute): void {
    const exchange = asLegacyRequest(given, address.action, route.jsonp);
    // An XDomainRequest asks for them on the page's own origin as well.
    const headers = headersFor(route.crossOrigin(exchange, exchange instanceof WrappedExchange));
    const transport = TRANSPORTS.get(address.action);
    const known = transport !== undefined || address.action === 'create';
    if (!known || (address.token !== undefined) !== (transport?.source === 'url')) {
      refuse(exchange, headers, 404, 'no such action');
      return;
    }
    if (exchange.method === 'OPTIONS') {
      route.preflight(exchange);
      return;
    }
    const method = transport?.method ?? 'POST';
    if (exchange.method !== method) {
      refuse(exchange, { ...headers, allow: `${method}, OPTIONS` }, 405, 'wrong method');
      return;
    }
    if (transport === undefined) this.#creator.handle(exchange, address.base, route, headers);
    else if (transport.source === 'url')
      this.#serveUrl(exchange, address.token ?? '', route, headers, transport);
    else this.#serveBody(exchange, route, headers, transport);
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

  #serveBody(exchange: Exchange, route: FallbackRoute, headers: Headers, transport: Transport): void {
    exchange.readBody(this.#context.body + TOKEN_ROOM, (body) => {
      if (body === undefined) {
        refuseLong(exchange, headers);
        return;
      }
      const inBytes = body[0] === BYTE_FORM;
      const from = inBytes ? 2 : 0;
      const to = inBytes ? from + (body[1] ?? 0) : body.indexOf(SEPARATOR);
      if (to <= from || to > body.length) {
        refuse(exchange, headers, 400, 'no token');
        return;
      }
      this.#serve(exchange, body.toString('latin1', from, to), route, headers, transport, () =>
        inBytes ? parseBytes(body, to) : parseText(decodeUtf8(body), to + 1),
      );
    });
  }

  /** Nothing of a unit takes effect, and nothing is parsed, before the token was found good. */
  #serve(
    exchange: Exchange,
    token: string,
    route: FallbackRoute,
    headers: Headers,
    transport: Transport,
    parse: () => Unit,
  ): void {
    const session = this.#find(token, route, exchange);
    if (session === undefined) {
      if (transport.direction === 'down') transport.unknown(exchange, headers);
      else exchange.reply(404, headers, END.g);
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
          : new Multiplexer(session, unit, shared, (other) => this.#findFor(transport, other, exchange));
      transport.serve({ exchange, session: owner, unit, headers, wanted, limits: this.#context.transport });
    } catch (error) {
      refuseFor(exchange, headers, error, this.#context.log);
    }
  }

  /** The session of a further token on a carrier: one of any route, if that offers the carrier. */
  #findFor(transport: Transport, token: string, exchange: Exchange): Session | undefined {
    const path = this.#context.registry.find(token)?.identity.route;
    const route = path === undefined ? undefined : this.#context.route(path);
    const offered = route?.carriers.split(',') ?? [];
    return route !== undefined && offered.includes(transport.action)
      ? this.#find(token, route, exchange)
      : undefined;
  }

  /** The session of a token, if this route and this page may use it. */
  #find(token: string, route: FallbackRoute, exchange: Exchange): Session | undefined {
    const session = this.#context.registry.find(token);
    if (session === undefined || session.identity.route !== route.path) return undefined;
    return mayUse(exchange, session.identity.origin) ? session : undefined;
  }
}
