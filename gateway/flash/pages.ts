import express, { type Response, type Router } from 'express';
import { NO_SNIFF } from '../base/security-headers.ts';
import { policyDomains } from './domains.ts';
import { crossDomainPolicy } from './policy-document.ts';

/** What of Flash is served over HTTP. */
export interface FlashPagesSettings {
  /** The fallback over Flash is on: its files are there, and the SWF is told who may use it. */
  readonly sockets: boolean;
  /** `/crossdomain.xml` is served. */
  readonly crossdomain: boolean;
  /** Hosts of the options, beside the gateway's own. */
  readonly domains: readonly string[];
}

/** Everything that has to do with Flash below the gateway's root; 404 for what is not switched on. */
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
    // One host a line. The SWF asks here, at the address it was loaded from, which pages it may take orders from.
    router.get('/shim/flash-origins', (request, response) => {
      send(response, 'text/plain; charset=utf-8', `${domainsFor(request.socket.localAddress).join('\n')}\n`);
    });
  } else router.get(/^\/shim\/flash-/, (_request, response) => void response.sendStatus(404));
  return router;

  function domainsFor(localAddress: string | undefined): readonly string[] {
    return policyDomains(settings.domains, localAddress);
  }
}

function send(response: Response, type: string, body: string): void {
  response.set({ 'content-type': type, 'cache-control': 'no-cache', ...NO_SNIFF });
  response.end(body);
}
