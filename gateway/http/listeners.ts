import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { headerValue } from '../base/raw-headers.ts';
import type { Exchange } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { asksForWebSocket } from './ignore-upgrade.ts';
import { NodeExchange } from './node-exchange.ts';
import { PLAIN } from './plain.ts';
import { refuse } from './refuse.ts';
import { requestFault, upgradeFault } from './request-checks.ts';
import { NodeUpgrade, type Upgrade } from './upgrade.ts';

/**
 * Answers requests. Each call returns whether it took the request; the others go to other
 * listeners.
 */
export interface RequestHandler {
  onRequest(exchange: Exchange): boolean;
  onUpgrade(upgrade: Upgrade): boolean;
}

/**
 * Whether a path is the gateway's on a server that it shares. Faults in other requests are not for
 * the gateway to refuse.
 */
export type IsOurs = (path: string) => boolean;

const allIsOurs: IsOurs = () => true;

export interface ListenerContext {
  readonly handler: RequestHandler;
  readonly proxies: TrustedProxies;
  readonly log: Log;
  /** @default all paths */
  readonly isOurs?: IsOurs;
}

/**
 * Listener of Node's `request`. Requests that `handler` does not take go to `otherwise`, unchanged.
 */
export function requestListener(
  context: ListenerContext,
  otherwise: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  const take = requestTaker(context);
  return (request, response) => {
    if (!take(request, response)) otherwise(request, response);
  };
}

/** Returns whether it took the request. */
export function requestTaker({
  handler,
  proxies,
  log,
  isOurs = allIsOurs,
}: ListenerContext): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const exchange = new NodeExchange(request, response, proxies);
    const fault = requestFault(request.url ?? '', request.rawHeaders) ?? hostFault(request);
    if (fault === undefined) return handler.onRequest(exchange);
    if (!isOurs(exchange.path)) return false;
    // It is in doubt where this request ends and the next one begins.
    refuse(exchange, AMBIGUOUS, fault, log);
    return true;
  };
}

/** Node would refuse this by itself (`requireHostHeader`), and say nothing of it. */
function hostFault({ httpVersion, rawHeaders }: IncomingMessage): RequestError | undefined {
  if (httpVersion !== '1.1' || headerValue(rawHeaders, 'host') !== undefined) return undefined;
  return new RequestError('GW_MALFORMED', 'no Host');
}

/** Takes an Upgrade with the arguments of Node's `upgrade` event. */
export type UpgradeTaker = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Listener of Node's `upgrade`. An Upgrade to another protocol than WebSocket is served `asPlain`
 * request; those that `handler` does not take go to `otherwise`, unchanged.
 */
export function upgradeListener(
  context: ListenerContext,
  asPlain: UpgradeTaker,
  otherwise: UpgradeTaker,
): UpgradeTaker {
  const take = upgradeTaker(context, asPlain);
  return (request, socket, head) => {
    if (!take(request, socket, head)) otherwise(request, socket, head);
  };
}

/** Returns whether it took the Upgrade. */
export function upgradeTaker(
  { handler, proxies, log, isOurs = allIsOurs }: ListenerContext,
  asPlain: UpgradeTaker,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean {
  return (request, socket, head) => {
    // Node removed its own listener, and an error without a listener would end the process. A
    // connection that was served without its Upgrade may come again.
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    const upgrade = new NodeUpgrade(request, socket, head, proxies);
    if (!isOurs(upgrade.path)) return false;
    if (!asksForWebSocket(request)) {
      asPlain(request, socket, head);
      return true;
    }
    const fault = upgradeFault(request.url ?? '', request.rawHeaders);
    if (fault === undefined) return handler.onUpgrade(upgrade);
    refuse(upgrade, {}, fault, log);
    return true;
  };
}

const AMBIGUOUS = { ...PLAIN, connection: 'close' };

/** The socket closes after its error, and its owner listens to that. */
function ignore(): void {}
