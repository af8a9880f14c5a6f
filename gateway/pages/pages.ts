import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostNames } from '../access/hosts.ts';
import type { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { NO_SNIFF } from '../base/security-headers.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import { type Page, type PageRequest, readPageRequest } from '../http/page.ts';
import { logRefusal } from '../http/refuse.ts';
import { answerError, answerPlain, answerScript, refusePage } from './answers.ts';
import { type FileFolder, filePage } from './file-page.ts';
import { isScript, refusedScript } from './refused-script.ts';
import { type ShimSettings, shimPages } from './shim-pages.ts';

export interface PagesSettings {
  /** The built shim, served below `/shim`. */
  readonly shim: ShimSettings;
  /** Folders of the demo; none without it. */
  readonly demo: readonly FileFolder[];
  /** Leads from the demo to the status page. */
  readonly statusLink?: Page | undefined;
  /** What Flash needs: it comes before the shim's files. */
  readonly flash?: Page;
  /** The refusal of a path at which there is no page. */
  missing(path: string): RequestError;
  /** False while the gateway drains. */
  healthy(): boolean;
  readonly hosts: HostNames;
  readonly proxies: TrustedProxies;
  readonly log: Log;
}

/** What people look at and what pages load: the demo, the shim, `/healthz`. */
export function createPages(
  settings: PagesSettings,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { shim, demo, statusLink, flash, log, proxies } = settings;
  const folders = demo.map((folder) => filePage(folder, log));
  const pages = [
    healthPage(settings),
    hostCheck(settings),
    ...(flash ? [flash] : []),
    shimPages(shim, log),
    ...(statusLink ? [statusLink] : []),
    ...folders,
  ];
  return (node, response) => {
    response.setHeader('x-content-type-options', NO_SNIFF['x-content-type-options']);
    try {
      const request = readPageRequest(node);
      if (!pages.some((page) => page(request, response))) refuseMissing(request, response, settings);
    } catch (error) {
      answerError(node, response, error, { log, proxies });
    }
  };
}

/** Before the check of `Host`: load balancers use an address, or a name of their own. */
function healthPage({ healthy }: PagesSettings): Page {
  return ({ node, path }, response) => {
    if (!/^\/healthz\/?$/.test(path) || !/^(?:GET|HEAD)$/.test(node.method ?? '')) return false;
    if (healthy()) answerPlain(response, 200, 'ok');
    else answerPlain(response, 503, 'draining');
    return true;
  };
}

function hostCheck({ hosts, proxies, log }: PagesSettings): Page {
  return ({ node, path }, response) => {
    const head = new NodeHead(node, proxies);
    const refusal = hosts.refusal(head.host);
    if (refusal === undefined) return false;
    if (!isScript(path)) throw refusal;
    logRefusal(log, head, refusal);
    answerScript(response, refusedScript(head.host));
    return true;
  };
}

function refuseMissing({ node, path }: PageRequest, response: ServerResponse, settings: PagesSettings): void {
  // Browsers ask for it by themselves.
  if (path === '/favicon.ico') answerPlain(response, 404, 'not found');
  else refusePage(node, response, settings.missing(path), settings);
}
