import { urlHost } from '../base/url-host.ts';
import type { AppOptions } from './options.ts';
import type { PageTagSettings } from './page-tagger.ts';

/**
 * The shim's tag for the pages of an application. Addresses in them that name its inner host are
 * mapped to the origin of the page.
 */
export function tagOf({
  secure,
  hostname,
  port,
  prefix,
}: Pick<AppOptions, 'secure' | 'hostname' | 'port' | 'prefix'>): Pick<PageTagSettings, 'shim' | 'map'> {
  const host = urlHost(hostname);
  const authority = port === (secure ? 443 : 80) ? host : `${host}:${port}`;
  return {
    shim: `${prefix}/shim/websocket.min.js`,
    map: `${secure ? 'wss' : 'ws'}://${authority}/ -> /`,
  };
}
