import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ignoreUpgrade } from './ignore-upgrade.ts';
import { type ListenerContext, requestTaker, upgradeTaker } from './listeners.ts';

/** Takes a request and returns true, or leaves it. */
export type RequestTaker = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Puts the gateway before all listeners of `request` and `upgrade` that a server has or gets later.
 * They see nothing of what it takes, and all else unchanged. `pages` comes after the routes.
 *
 * Node calls every listener of an event, also those added later, so a listener could not keep a
 * request from the others. That is why `emit` of this one server is replaced.
 */
export function attachTo(server: Server, context: ListenerContext, pages: RequestTaker = takesNone): void {
  const asPlain = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    ignoreUpgrade(server, request, socket, head);
  const takeRequest = requestTaker(context);
  const takeUpgrade = upgradeTaker(context, asPlain);
  const emit = server.emit as (this: Server, event: string | symbol, ...args: unknown[]) => boolean;
  server.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'request') {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      if (takeRequest(request, response) || pages(request, response)) return true;
    } else if (event === 'upgrade') {
      const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
      if (takeUpgrade(request, socket, head)) return true;
    }
    return emit.call(this, event, ...args);
  } as Server['emit'];
  // Node reads an Upgrade as a plain request while nobody listens to `upgrade`.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (server.listenerCount('upgrade') === 1) asPlain(request, socket, head);
  });
}

const takesNone: RequestTaker = () => false;
