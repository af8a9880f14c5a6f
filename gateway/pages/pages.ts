import express, { type ErrorRequestHandler, type Express, type Response, type Router } from 'express';
import type { HostNames } from '../access/hosts.ts';
import { RequestError } from '../base/errors.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';

/** What the pages are made of. */
export interface PagesSettings {
  /** Folder of the built shim, served below `/shim`. */
  readonly shim: string;
  /** Pages of the demo; absent: none. */
  readonly demo: Router | undefined;
  /** What Flash asks for: its pages come before those of the folders. */
  readonly flash?: Router;
  /** Origins besides its own whose pages may have the bridge in a frame; `*` is every one. */
  readonly framedBy: readonly string[];
  /** False while draining. */
  healthy(): boolean;
  readonly hosts: HostNames;
  readonly proxies: TrustedProxies;
}

/** What people look at: demo, shim, status. Everything that is quick and often was taken before. */
export function createPages(settings: PagesSettings): Express {
  const app = express();
  app.disable('x-powered-by');
  // Balancers ask by address or by a name of their own.
  app.get('/healthz', (_request, response) => {
    const healthy = settings.healthy();
    plain(response, healthy ? 200 : 503, healthy ? 'ok' : 'draining');
  });
  app.use((request, _response, next) => {
    settings.hosts.check(new NodeHead(request, settings.proxies).host);
    next();
  });
  if (settings.flash !== undefined) app.use(settings.flash);
  app.get('/shim/bridge.html', (_request, response, next) => {
    response.setHeader('Content-Security-Policy', bridgePolicy(settings.framedBy));
    next();
  });
  app.use('/shim', express.static(settings.shim, { index: false, maxAge: '1h', setHeaders: forEveryPage }));
  if (settings.demo !== undefined) app.use(settings.demo);
  app.use((_request, response) => plain(response, 404, 'not found'));
  app.use(answerError);
  return app;
}

/** The bridge (PROTOCOL.md §14) runs its own script, asks its own server, and is for pages that may have connections. */
function bridgePolicy(framedBy: readonly string[]): string {
  // `null` is no origin that can be named there.
  const ancestors = ["'self'", ...framedBy.filter((origin) => origin !== 'null')].join(' ');
  return `default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors ${ancestors}`;
}

/** A script is loaded by pages of any origin: it holds nothing that is not public. */
function forEveryPage(response: Response): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

/** Express' own answer is a page with a stack trace, and a broken escape in a path is the client's mistake. */
const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  if (error instanceof RequestError) {
    plain(response, error.status, error.message);
    return;
  }
  const { status } = error as { status?: unknown };
  const isClients = typeof status === 'number' && status >= 400 && status < 500;
  plain(response, isClients ? status : 500, isClients ? 'bad request' : 'internal error');
};

function plain(response: Response, status: number, reason: string): void {
  response.status(status);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(`${reason}\n`);
}
