import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { logRefusal } from '../base/refusal-log.ts';
import { type RequestFacts, requestFields } from '../base/refused-request.ts';
import { optionName } from '../base/remedy.ts';
import type { Handshake } from './backend.ts';
import { backendRemedy } from './refusal-remedy.ts';

/** Whom a backend refused. */
export interface RefusedClient extends RequestFacts {
  /** Path of the route. */
  readonly route: string;
  readonly carrier: Handshake['carrier'];
}

/** What the log says about the client of a handshake. It holds nothing else of the request. */
export function refusedClient(handshake: Handshake): RefusedClient {
  const { url, rest, host, headers, remoteAddress, carrier } = handshake;
  const origin = headers.origin ?? headers['sec-websocket-origin'];
  return {
    method: 'GET',
    path: url.split('?', 1)[0] as string,
    host,
    origin: origin === undefined ? undefined : String(origin),
    remoteAddress,
    route: url.slice(0, url.length - rest.length),
    carrier,
  };
}

/** Logs that a backend refused a client. `log` is the route's. */
export function logBackendRefusal(log: Log, backend: string, client: RefusedClient, error: unknown): void {
  if (!(error instanceof RefusedError)) {
    log.error('backend failed', { backend, stack: String((error as Error)?.stack ?? error) });
    return;
  }
  const { status, message: reason, code } = error;
  const { origin, carrier } = client;
  const { method: _method, ...fields } = requestFields(client);
  const remedy = backendRemedy(error, { ...client, backend });
  const option = remedy?.add && optionName(remedy.add.key);
  const isLogin = code === 'GW_AUTH';
  logRefusal(log, {
    level: isLogin ? 'info' : 'warn',
    message: isLogin ? 'auth refused' : 'backend refused',
    remoteAddress: client.remoteAddress,
    fields: { ...(!isLogin && { backend }), status, reason, code, option, carrier, ...fields },
    cause: `${backend} ${reason} ${status === 403 ? origin : ''}`,
    remedy,
  });
}
