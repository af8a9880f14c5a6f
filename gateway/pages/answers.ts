import type { ErrorRequestHandler, Response } from 'express';
import { RequestError } from '../base/errors.ts';
import { PLAIN } from '../http/plain.ts';

/** Answers in one plain line. */
export function answerPlain(response: Response, status: number, line: string): void {
  response.status(status).set({ ...PLAIN, 'cache-control': 'no-store' });
  response.end(`${line}\n`);
}

/**
 * Answers an error. Express's own answer is a page with a stack trace, and it takes a malformed
 * escape in a path for a fault of the server.
 */
export const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  if (error instanceof RequestError) {
    answerPlain(response, error.status, error.message);
    return;
  }
  const { status } = error as { status?: unknown };
  const isClients = typeof status === 'number' && status >= 400 && status < 500;
  answerPlain(response, isClients ? status : 500, isClients ? 'bad request' : 'internal error');
};
