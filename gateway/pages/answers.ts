import type { ErrorRequestHandler, Response } from 'express';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import { PLAIN } from '../http/plain.ts';
import { logRefusal } from '../http/refuse.ts';

/** Answers in one plain line. */
export function answerPlain(response: Response, status: number, line: string): void {
  response.status(status).set({ ...PLAIN, 'cache-control': 'no-store' });
  response.end(`${line}\n`);
}

/**
 * Answers errors. Express's own answer is a page with a stack trace, and it takes a malformed
 * escape in a path for a fault of the server.
 */
export function answerErrors(log: Log, proxies: TrustedProxies): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof RequestError) {
      logRefusal(log, new NodeHead(request, proxies), error);
      answerPlain(response, error.status, error.message);
      return;
    }
    const { status, stack } = error as { status?: unknown; stack?: unknown };
    if (typeof status === 'number' && status >= 400 && status < 500) {
      answerPlain(response, status, 'bad request');
      return;
    }
    log.error('internal error', { code: 'GW_INTERNAL', stack: String(stack ?? error) });
    answerPlain(response, 500, 'internal error');
  };
}
