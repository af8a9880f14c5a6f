import { appRemedy, START_APP } from '../backend/app-remedy.ts';
import { connectionFailure, failureKind } from '../backend/failure.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { logRefusal } from '../base/refusal-log.ts';
import { type RequestFacts, requestFields } from '../base/refused-request.ts';
import type { Remedy } from '../base/remedy.ts';
import type { RequestHead } from '../http/request-head.ts';

/** Why the application did not answer, or not to the end. */
export type AppFailure = NodeJS.ErrnoException;

/** Bytes of header fields in an answer of the application. */
export const MAX_ANSWER_FIELDS = 32_768;

const LONGER: Remedy = { advice: 'let the application answer sooner, or set app.timeout higher' };

/** The refusal of a request that the application did not answer in time. */
export function tooSlow(what: 'connection' | 'answer', milliseconds: number): RequestError {
  const reason = `the application: no ${what} within ${milliseconds} ms`;
  return new RequestError('GW_APP_TIMEOUT', reason, what === 'connection' ? START_APP : LONGER);
}

/** The refusal of an answer that no client could read safely. */
export function unusableAnswer(reason: string): RequestError {
  return new RequestError('GW_APP', `the application: ${reason}`, {
    advice: 'the application has to change',
  });
}

/** The refusal of a request on which the connection to the application, `app`, failed. */
export function appFailure(cause: AppFailure, app: string): RequestError {
  return new RequestError('GW_APP', `the application: ${reasonOf(cause)}`, appRemedy(cause, app));
}

function reasonOf(cause: AppFailure): string {
  switch (cause.code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection before its answer';
    case 'HPE_HEADER_OVERFLOW':
      return `its answer has more than ${MAX_ANSWER_FIELDS} bytes of header fields`;
    default:
      // What a route has an option for has another one here.
      if (failureKind(cause) === 'untrusted') return 'its certificate is not trusted';
      return connectionFailure(cause).message.replaceAll('the backend', 'it');
  }
}

/** Logs that the application did not answer. `app` is its address. */
export function logAppFailure(log: Log, app: string, client: RequestHead, error: RequestError): void {
  const { code, status, message: reason, remedy } = error;
  logRefusal(log, {
    level: 'warn',
    message: 'request refused',
    remoteAddress: client.remoteAddress,
    fields: { code, status, reason, app, ...requestFields(factsOf(client)) },
    cause: `${app} ${reason}`,
    remedy,
  });
}

/** Logs that the application broke an answer off: the client's connection ends, too. */
export function logBrokenAnswer(log: Log, app: string, client: RequestHead): void {
  const reason = 'the application broke its answer off';
  logRefusal(log, {
    level: 'warn',
    message: 'answer cut off',
    remoteAddress: client.remoteAddress,
    fields: { code: 'GW_APP', reason, app, ...requestFields(factsOf(client)) },
    cause: `${app} ${reason}`,
  });
}

function factsOf(client: RequestHead): RequestFacts {
  const { method, path, host, remoteAddress } = client;
  return { method, path, host, origin: client.header('origin'), remoteAddress };
}
