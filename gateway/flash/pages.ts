import type { ServerResponse } from 'node:http';
import { RequestError } from '../base/errors.ts';
import { NO_SNIFF } from '../base/security-headers.ts';
import type { Page } from '../http/page.ts';
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
export function createFlashPages(settings: FlashPagesSettings): Page {
  const { sockets, crossdomain, domains } = settings;
  return ({ node, path }, response) => {
    const domainsHere = () => policyDomains(domains, node.socket.localAddress);
    if (path === '/crossdomain.xml' && crossdomain) {
      send(response, 'text/x-cross-domain-policy', crossDomainPolicy(domainsHere()));
      return true;
    }
    // The files are in the folder of the shim; without this they would be served.
    if (!sockets && FILES.test(path)) throw switchedOff();
    // One host per line. The SWF asks the server that it came from which pages may control it.
    if (path !== '/shim/flash-origins') return false;
    send(response, 'text/plain; charset=utf-8', `${domainsHere().join('\n')}\n`);
    return true;
  };
}

const FILES = /^\/shim\/(?:\d[^/]*\/)?flash-/;

/** The shim loads these only for pages that want Flash. */
function switchedOff(): RequestError {
  return new RequestError('GW_NO_PAGE', undefined, { add: { key: 'policyPort', value: '843' } });
}

function send(response: ServerResponse, type: string, body: string): void {
  response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-cache');
  for (const [name, value] of Object.entries(NO_SNIFF)) response.setHeader(name, value);
  response.end(body);
}
