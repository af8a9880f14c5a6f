import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HostNames } from '../access/hosts.ts';
import { pseudonymOf } from '../backend/loop.ts';
import type { Clock } from '../base/clock.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { urlHost } from '../base/url-host.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeExchange } from '../http/node-exchange.ts';
import { PLAIN } from '../http/plain.ts';
import { refuse } from '../http/refuse.ts';
import { AppAgent } from './app-agent.ts';
import { AppExchange } from './app-exchange.ts';
import type { AppSide } from './app-side.ts';
import type { AppOptions } from './options.ts';
import type { PageTagger } from './page-tagger.ts';
import { passRaw } from './raw-upgrade.ts';
import { framingOf, isLoop } from './request-fields.ts';
import { AddressMap } from './response-fields.ts';

export interface AppContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly proxies: TrustedProxies;
  /** Checks the `Host`; absent: every one is accepted. */
  readonly hosts: HostNames | undefined;
  /** Absent: pages get no tag. */
  readonly tagger: PageTagger | undefined;
  /** Milliseconds until a connection to the application must be there. */
  readonly connectTimeout: number;
  /** Takes a place for a connection that changes its protocol. Throws a `RequestError`. */
  readonly takePlace: (address: string) => () => void;
}

/** Passes the plain HTTP of an application on, as it is. */
export class AppProxy {
  readonly #context: AppContext;
  readonly #exclude: readonly string[];
  readonly #side: AppSide;
  #active = 0;

  constructor(options: AppOptions, context: AppContext) {
    const { clock, log, connectTimeout } = context;
    const { secure, hostname, port, host, exclude, timeout } = options;
    const isDefault = port === (secure ? 443 : 80);
    const name = urlHost(hostname);
    const ownHost = isDefault ? name : `${name}:${port}`;
    this.#context = context;
    this.#exclude = exclude;
    this.#side = {
      clock,
      log,
      connectTimeout,
      timeout,
      agent: new AppAgent(options, clock),
      name: `${secure ? 'https' : 'http'}://${name}:${port}`,
      addressing: { host, ownHost, pseudonym: pseudonymOf(`${ownHost} as a whole`) },
      addresses: new AddressMap(options),
    };
  }

  /** Requests under way, and connections that changed their protocol. */
  get active(): number {
    return this.#active;
  }

  /** Passes a request on. It has been checked for ambiguities. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const client = new NodeExchange(request, response, this.#context.proxies);
    if (!this.#admit(client)) return;
    const tagger = this.#isExcluded(client.path) ? undefined : this.#context.tagger;
    this.#active++;
    new AppExchange(this.#side, tagger, request, response, client).start(() => this.#active--);
  }

  /**
   * Passes on a request to change to another protocol than WebSocket. False: it is to be served as
   * a plain request. That is so for h2c, which would carry requests past this gateway (RFC 9113
   * §3.1 has removed it), and where a body comes first.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const protocol = request.headers.upgrade ?? '';
    if (protocol === '' || /(?:^|,)\s*h2c?\s*(?:,|$)/i.test(protocol)) return false;
    if (framingOf(request.rawHeaders) !== 'none' || request.httpVersion === '1.0') return false;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.once('finish', () => socket.end());
    const client = new NodeExchange(request, response, this.#context.proxies);
    if (!this.#admit(client)) return true;
    const release = this.#takePlace(client);
    if (release === undefined) return true;
    this.#active++;
    const end = (): void => {
      this.#active--;
      release();
    };
    const exchange = new AppExchange(this.#side, undefined, request, response, client, {
      protocol,
      switched: (answer, upstream, first) => {
        exchange.release();
        response.detachSocket(socket as Socket);
        passRaw({ socket, head }, { answer, socket: upstream, head: first });
      },
    });
    socket.once('close', end);
    exchange.start(() => {});
    return true;
  }

  #takePlace(client: NodeExchange): (() => void) | undefined {
    try {
      return this.#context.takePlace(client.remoteAddress);
    } catch (error) {
      refuse(client, PLAIN, error, this.#context.log);
      return undefined;
    }
  }

  #admit(client: NodeExchange): boolean {
    const { hosts, log } = this.#context;
    const { pseudonym } = this.#side.addressing;
    const refusal =
      hosts?.refusal(client.host) ??
      (isLoop(client.rawHeaders, pseudonym) ? new RequestError('GW_APP_LOOP') : undefined);
    if (refusal !== undefined) refuse(client, PLAIN, refusal, log);
    return refusal === undefined;
  }

  #isExcluded(path: string): boolean {
    return this.#exclude.some((each) => path === each || path.startsWith(`${each}/`));
  }
}
