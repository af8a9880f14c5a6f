import type { ErrorRequestHandler, Request, Response } from 'express';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import { PLAIN } from '../http/plain.ts';
import { logRefusal } from '../http/refuse.ts';
import { PUBLIC } from './shim-pages.ts';

/** Answers a request with an error, in one plain line, and logs it. */
export function refusePage(
  request: Request,
  response: Response,
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
export function answerPlain(response: Response, status: number, line: string): void {
  response.status(status).set({ ...PLAIN, 'cache-control': 'no-store' });
  response.end(`${line}\n`);
}

/** Answers with a script for pages of every origin, which no cache keeps. */
export function answerScript(response: Response, script: string): void {
  response.status(200).set({ ...PLAIN, ...PUBLIC, 'content-type': 'application/javascript; charset=utf-8' });
  response.end(script);
}

/**
 * Answers errors. Express's own answer is a page with a stack trace, and it takes a malformed
 * escape in a path for a fault of the server.
 */
export function answerErrors(context: Refusing): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof RequestError) {
      refusePage(request, response, error, context);
      return;
    }
    const { status, stack } = error as { status?: unknown; stack?: unknown };
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const head = new NodeHead(request, context.proxies);
      logRefusal(context.log, head, new RequestError('GW_MALFORMED', 'bad request'));
      answerPlain(response, status, 'bad request');
      return;
    }
    context.log.error('internal error', { code: 'GW_INTERNAL', stack: String(stack ?? error) });
    answerPlain(response, 500, 'internal error');
  };
}
