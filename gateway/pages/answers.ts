import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Headers } from '../http/exchange.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import { PLAIN } from '../http/plain.ts';
import { logRefusal } from '../http/refuse.ts';
import { PUBLIC } from './shim-pages.ts';

/** Answers a request with an error, in one plain line, and logs it. */
export function refusePage(
  request: IncomingMessage,
  response: ServerResponse,
  error: RequestError,
  context: Refusing,
): void {
  logRefusal(context.log, new NodeHead(request, context.proxies), error);
  answerPlain(response, error.status, error.message);
}

/** What refusals of pages are logged with. */
export interface Refusing {
  readonly log: Log;
  readonly proxies: TrustedProxies;
}

/** Answers in one plain line. */
export function answerPlain(response: ServerResponse, status: number, line: string): void {
  answer(response, status, { ...PLAIN, 'cache-control': 'no-store' }, `${line}\n`);
}

/** Answers with a script for pages of every origin, which no cache keeps. */
export function answerScript(response: ServerResponse, script: string): void {
  const type = { 'content-type': 'application/javascript; charset=utf-8' };
  answer(response, 200, { ...PLAIN, ...PUBLIC, ...type }, script);
}

function answer(response: ServerResponse, status: number, headers: Headers, body: string): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
  response.end(body);
}

/** Answers an error that a page threw. */
export function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  context: Refusing,
): void {
  if (error instanceof RequestError) {
    refusePage(request, response, error, context);
    return;
  }
  const { stack } = error as { stack?: unknown };
  context.log.error('internal error', { code: 'GW_INTERNAL', stack: String(stack ?? error) });
  if (response.headersSent) response.destroy();
  else answerPlain(response, 500, 'internal error');
}
