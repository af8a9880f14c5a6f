import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { asksForWebSocket } from './ignore-upgrade.ts';
import { NodeExchange } from './node-exchange.ts';
import { PLAIN } from './plain.ts';
import { requestFault, upgradeFault } from './request-checks.ts';
import { NodeUpgrade, type Upgrade } from './upgrade.ts';

/** Whoever answers requests. Each call says whether the request was taken; one that was not goes on to others. */
export interface RequestHandler {
  onRequest(exchange: Exchange): boolean;
  onUpgrade(upgrade: Upgrade): boolean;
}

/** Says whether what is asked for on a server shared with others is ours: what is wrong with the rest is not. */
export type IsOurs = (path: string) => boolean;

const allIsOurs: IsOurs = () => true;

/** Listener of Node's `request`: what `handler` leaves goes to `otherwise`, untouched. */
export function requestListener(
  handler: RequestHandler,
  proxies: TrustedProxies,
  otherwise: (request: IncomingMessage, response: ServerResponse) => void,
  isOurs: IsOurs = allIsOurs,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const exchange = new NodeExchange(request, response, proxies);
    const fault = requestFault(request.url ?? '', request.rawHeaders);
    if (fault !== undefined && isOurs(exchange.path)) {
      // Where one request ends and the next begins is in doubt.
      exchange.reply(fault.status, refusalHeaders, `${fault.reason}\n`);
      return;
    }
    if (fault !== undefined || !handler.onRequest(exchange)) otherwise(request, response);
  };
}

/** Takes an Upgrade as Node's server tells of it. */
export type UpgradeTaker = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Listener of Node's `upgrade`. One to another protocol than WebSocket is served `asPlain` request; what `handler` leaves goes to `otherwise`, untouched. */
export function upgradeListener(
  handler: RequestHandler,
  proxies: TrustedProxies,
  asPlain: UpgradeTaker,
  otherwise: UpgradeTaker,
  isOurs: IsOurs = allIsOurs,
): UpgradeTaker {
  return (request, socket, head) => {
    // Node took its own listener off: an error nobody listens to would end the process. One that was served without its Upgrade may come again.
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    const upgrade = new NodeUpgrade(request, socket, head, proxies);
    const ours = isOurs(upgrade.path);
    if (ours && !asksForWebSocket(request)) {
      asPlain(request, socket, head);
      return;
    }
    const fault = upgradeFault(request.url ?? '', request.rawHeaders);
    if (fault !== undefined && ours) {
      upgrade.reply(fault.status, {}, `${fault.reason}\n`);
      return;
    }
    if (!ours || fault !== undefined || !handler.onUpgrade(upgrade)) otherwise(request, socket, head);
  };
}

const refusalHeaders = { ...PLAIN, connection: 'close' };

/** The socket closes after its error, and that is listened to by whoever holds it. */
function ignore(): void {}
