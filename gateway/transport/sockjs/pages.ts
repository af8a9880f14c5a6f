import { foreignOrigin } from '../../access/admission.ts';
import type { Exchange, Headers } from '../../http/exchange.ts';
import { PLAIN } from '../../http/plain.ts';
import { logRefusal, refuse } from '../../http/refuse.ts';
import { GREETING, GREETING_HEADERS } from './greeting.ts';
import { crossOriginOf, merged, preflight } from './headers.ts';
import { iframeLibrary, libraryHeaders } from './iframe-library.ts';
import { iframeHeaders, iframePage } from './iframe-page.ts';
import { encodeInfo, INFO_HEADERS } from './info.ts';
import type { PageAddress } from './path.ts';
import { LIBRARY } from './path.ts';
import type { SockJsRoute } from './route.ts';
import { answerPlain } from './websocket.ts';
import { wrongMethod } from './wrong-method.ts';

/** What the pages below a route depend on. */
export interface PageSettings {
  /** Clients may use WebSockets. */
  readonly websocket: boolean;
  /** Clients must have cookies. */
  readonly cookie: boolean;
  /** Where the iframe page finds the client's library; undefined: below the route. */
  readonly library: string | undefined;
  /** The library itself. */
  readLibrary(): string;
}

/** Answers the requests that belong to no session: greeting, info, iframe page and its script. */
export class SockJsPages {
  readonly #settings: PageSettings;

  constructor(settings: PageSettings) {
    this.#settings = settings;
  }

  handle(exchange: Exchange, address: PageAddress, route: SockJsRoute): void {
    const { kind, base } = address;
    const { websocket, cookie, library } = this.#settings;
    if (kind === 'websocket') {
      answerPlain(exchange, websocket, route.log);
      return;
    }
    if (kind === 'info') {
      this.#info(exchange, route, encodeInfo(websocket, cookie));
      return;
    }
    if (exchange.method !== 'GET') {
      wrongMethod(exchange, 'GET', route.log);
      return;
    }
    if (kind === 'greeting') exchange.reply(200, GREETING_HEADERS, GREETING);
    else if (kind === 'iframe') {
      const page = iframePage(library ?? `${base}/${LIBRARY}`);
      replyUnlessKnown(exchange, iframeHeaders(page, route.access.origins.named), page);
    } else {
      const script = iframeLibrary(this.#settings.readLibrary(), route.access.origins.named);
      replyUnlessKnown(exchange, libraryHeaders(script), script);
    }
  }

  #info(exchange: Exchange, route: SockJsRoute, info: string): void {
    const crossOrigin = crossOriginOf(exchange, route);
    const refusal = foreignOrigin(route.access, exchange);
    if (refusal !== undefined && exchange.method === 'OPTIONS') logRefusal(route.log, exchange, refusal);
    if (refusal !== undefined && exchange.method === 'GET') {
      // Its session would be refused, too. The client closes with 1002 at once.
      refuse(exchange, PLAIN, refusal, route.log);
    } else if (exchange.method === 'OPTIONS') exchange.reply(204, preflight('OPTIONS, GET', crossOrigin), '');
    else if (exchange.method === 'GET') exchange.reply(200, merged(INFO_HEADERS, crossOrigin), info);
    else wrongMethod(exchange, 'OPTIONS, GET', route.log);
  }
}

/** Answers 304 to a client that has the content already (RFC 9110 §15.4.5). */
function replyUnlessKnown(exchange: Exchange, headers: Headers, content: string): void {
  const { 'content-type': _type, ...others } = headers;
  if (exchange.header('if-none-match') === headers.etag) exchange.reply(304, others, '');
  else exchange.reply(200, headers, content);
}
