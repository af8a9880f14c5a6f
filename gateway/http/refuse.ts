import type { ErrorCode } from '../base/error-table.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { serializeOrigin } from '../base/origin.ts';
import { logRefusedRequest, type RequestFacts } from '../base/refused-request.ts';
import type { Headers, RequestHead } from './exchange.ts';

/** What a line of the log says about a request. */
export type RefusedHead = Pick<RequestHead, 'method' | 'path' | 'host' | 'header' | 'remoteAddress'>;

/** What can be answered: an exchange, or an Upgrade in place of its 101. */
export interface Answerable extends RefusedHead {
  reply(status: number, headers: Headers, body: string): void;
}

/**
 * Answers with an error. A client's mistake gets its status and its text in one line, with nothing
 * of the request in it (PROTOCOL.md §11). Any other error is the gateway's own: 500, and a log line
 * with the stack, but never the end of the process. `headers` are added to the answer.
 */
export function refuse(to: Answerable, headers: Headers, error: unknown, log: Log): void {
  if (!(error instanceof RequestError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error('internal error', { code: 'GW_INTERNAL', stack });
    to.reply(500, headers, 'internal error\n');
    return;
  }
  const { status, message, code } = error;
  logRefusal(log, to, error);
  const fields = READABLE.has(code) ? { ...headers, ...readable(to) } : headers;
  // These pass by themselves: the client may ask again.
  to.reply(
    status,
    status === 503 || status === 504 ? { 'retry-after': '1', ...fields } : fields,
    `${message}\n`,
  );
}

/** Logs a refusal, and what the operator can do about it. */
export function logRefusal(log: Log, head: RefusedHead, error: RequestError): void {
  logRefusedRequest(log, factsOf(head), error);
}

function factsOf(head: RefusedHead): RequestFacts {
  const { method, path, host, remoteAddress } = head;
  const origin = head.header('origin') ?? head.header('sec-websocket-origin');
  const isProxied = head.header('x-forwarded-for') !== undefined || head.header('via') !== undefined;
  return { method, path, host, origin, remoteAddress, isProxied };
}

/**
 * Refusals of who may come in, and where. Any page may read them, so that it learns at once why it
 * does not get through: their texts are fixed, and neither cookies nor sessions decide about them.
 */
const READABLE: ReadonlySet<ErrorCode> = new Set([
  'GW_HOST',
  'GW_ORIGIN',
  'GW_JSONP',
  'GW_NO_ROUTE',
  'GW_UPGRADE',
]);

/**
 * Lets the page that sent the request read the answer (WHATWG Fetch, "CORS check"). The shim sends
 * credentials, so the answer has to allow them.
 */
function readable(head: RefusedHead): Headers {
  const origin = head.header('origin');
  if (origin === undefined || (origin !== 'null' && serializeOrigin(origin) === undefined)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}
