import express, { type Express, type Router } from 'express';
import type { HostNames } from '../access/hosts.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { NO_SNIFF } from '../base/security-headers.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import { logRefusal } from '../http/refuse.ts';
import { answerErrors, answerPlain, answerScript, refusePage } from './answers.ts';
import { isScript, refusedScript } from './refused-script.ts';
import { shimPages } from './shim-pages.ts';

export interface PagesSettings {
  /** Folder of the built shim, served below `/shim`. */
  readonly shim: string;
  /** Pages of the demo; absent: none. */
  readonly demo: Router | undefined;
  /** What Flash needs: it comes before the shim's files. */
  readonly flash?: Router;
  /** Origins, besides the gateway's own, whose pages may frame the bridge; `*` is every one. */
  readonly framers: readonly string[];
  /** The refusal of a path at which there is no page. */
  missing(path: string): RequestError;
  /** False while the gateway drains. */
  healthy(): boolean;
  readonly hosts: HostNames;
  readonly proxies: TrustedProxies;
  readonly log: Log;
}

/**
 * Characters of a path. None that is longer leads to a file, and Express takes milliseconds for one
 * of 16 KiB.
 */
const LONGEST_PATH = 1_024;

/** What people look at and what pages load: the demo, the shim, `/healthz`. */
export function createPages(settings: PagesSettings): Express {
  const { shim, demo, flash, framers, hosts, proxies, log, missing } = settings;
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    response.set(NO_SNIFF);
    next(pathLength(request.url) > LONGEST_PATH ? new RequestError('GW_NO_PAGE') : undefined);
  });
  // Before the check of `Host`: load balancers use an address, or a name of their own.
  app.get('/healthz', (_request, response) => {
    const isHealthy = settings.healthy();
    answerPlain(response, isHealthy ? 200 : 503, isHealthy ? 'ok' : 'draining');
  });
  app.use((request, response, next) => {
    const head = new NodeHead(request, proxies);
    const refusal = hosts.refusal(head.host);
    if (refusal !== undefined && isScript(request.path)) {
      logRefusal(log, head, refusal);
      answerScript(response, refusedScript(head.host));
    } else next(refusal);
  });
  if (flash !== undefined) app.use(flash);
  app.use('/shim', shimPages(shim, framers));
  if (demo !== undefined) app.use(demo);
  app.use((request, response) => {
    // Browsers ask for it by themselves.
    if (request.path === '/favicon.ico') answerPlain(response, 404, 'not found');
    else refusePage(request, response, missing(request.path), { log, proxies });
  });
  app.use(answerErrors({ log, proxies }));
  return app;
}

function pathLength(url: string): number {
  const query = url.indexOf('?');
  return query < 0 ? url.length : query;
}
