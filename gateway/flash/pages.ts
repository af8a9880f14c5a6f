import express, { type Response, type Router } from 'express';
import { RequestError } from '../base/errors.ts';
import { NO_SNIFF } from '../base/security-headers.ts';
import { policyDomains } from './domains.ts';
import { crossDomainPolicy } from './policy-document.ts';

/** What is served over HTTP for Flash. */
export interface FlashPagesSettings {
  /** The fallback over Flash is on: its files are served, and the hosts whose pages may use it. */
  readonly sockets: boolean;
  /** `/crossdomain.xml` is served. */
  readonly crossdomain: boolean;
  /** Hosts of the options, besides the gateway's own. */
  readonly domains: readonly string[];
}

/** Answers all paths that have to do with Flash: 404 for what is switched off. */
export function createFlashPages(settings: FlashPagesSettings): Router {
  const router = express.Router();
  if (settings.crossdomain) {
    router.get('/crossdomain.xml', (request, response) => {
      send(
        response,
        'text/x-cross-domain-policy',
        crossDomainPolicy(domainsFor(request.socket.localAddress)),
      );
    });
  }
  if (settings.sockets) {
    // One host per line. The SWF asks the server that it came from which pages may control it.
    router.get('/shim/flash-origins', (request, response) => {
      send(response, 'text/plain; charset=utf-8', `${domainsFor(request.socket.localAddress).join('\n')}\n`);
    });
  } else {
    // The files are in the folder of the shim; without this they would be served.
    router.get(/^\/shim\/flash-/, (_request, _response, next) => next(switchedOff()));
  }
  return router;

  function domainsFor(localAddress: string | undefined): readonly string[] {
    return policyDomains(settings.domains, localAddress);
  }
}

/** The shim loads these only for pages that want Flash. */
function switchedOff(): RequestError {
  return new RequestError('GW_NO_PAGE', undefined, { add: { key: 'policyPort', value: '843' } });
}

function send(response: Response, type: string, body: string): void {
  // Express's `set` would add a charset.
  response.setHeader('Content-Type', type);
  response.set({ 'cache-control': 'no-cache', ...NO_SNIFF });
  response.end(body);
}
