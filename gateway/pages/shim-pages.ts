import express, { type Response, Router } from 'express';
import { bridgePolicy } from './bridge-policy.ts';

/**
 * The files of the shim, in `folder`. Pages of every origin load its scripts. The bridge's page is
 * framed by pages of `framers`.
 */
export function shimPages(folder: string, framers: readonly string[]): Router {
  const router = Router();
  router.get('/bridge.html', (_request, response, next) => {
    response.set('content-security-policy', bridgePolicy(framers));
    next();
  });
  router.use(express.static(folder, { index: false, maxAge: '1h', setHeaders: forEveryOrigin }));
  return router;
}

/** Of scripts, which pages of any origin load: they hold nothing that is not public. */
export const PUBLIC = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
};

function forEveryOrigin(response: Response): void {
  response.set(PUBLIC);
}
