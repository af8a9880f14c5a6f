import type { ListenAddress } from '../base/listen.ts';
import { isLoopback, urlHost } from '../base/url-host.ts';
import type { TrustedProxies } from '../http/forwarded.ts';
import { NodeHead } from '../http/node-head.ts';
import type { Page } from '../http/page.ts';

/** What the link to the status page needs to know. */
export interface StatusLink {
  /** Where the status page is served; undefined: nowhere. */
  at(): ListenAddress | undefined;
  readonly proxies: TrustedProxies;
}

/**
 * `/demo/status` leads browsers on the gateway's own machine to the status page, on its own port.
 * All others come back to the page about it, and learn neither host nor port: these are the
 * operator's, and mostly out of reach for them.
 */
export function statusLink({ at, proxies }: StatusLink): Page {
  return ({ node, path }, response) => {
    if (path !== '/demo/status') return false;
    const address = at();
    const isHere = isOnThisMachine(new NodeHead(node, proxies));
    const location =
      address === undefined ? '/status.html?off' : isHere ? urlOf(address) : '/status.html?elsewhere';
    response.writeHead(302, { location, 'cache-control': 'no-store' }).end();
    return true;
  };
}

/** A proxy on this machine may not say for whom it asks: then the name is mostly a public one. */
function isOnThisMachine({ remoteAddress, host }: Pick<NodeHead, 'remoteAddress' | 'host'>): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(remoteAddress) && isLoopback(name);
}

function urlOf({ host, port }: ListenAddress): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : urlHost(host);
  return `http://${name}:${port}/status`;
}
