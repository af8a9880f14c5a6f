import type { Log } from '../base/log.ts';
import type { Page, PageRequest } from '../http/page.ts';
import { bridgePolicy } from './bridge-policy.ts';
import { filePage } from './file-page.ts';

/** Where the files of the shim are. */
export interface ShimSettings {
  readonly folder: string;
  /** That of the package: `/shim/VERSION/…` and `?v=VERSION` never change. */
  readonly version: string;
  /** Origins, besides the gateway's own, whose pages may frame the bridge. */
  readonly framers: readonly string[];
}

/** The address names the version that is served: nobody has to ask again. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** An upgrade of the gateway reaches pages within this time, with one request for a 304. */
const SHORT = 'public, max-age=300, must-revalidate';

/** `/1.2.3/` in `/shim/1.2.3/websocket.min.js` */
const VERSION = /^\/(\d+\.\d+\.\d+[\w.+-]*)(?=\/)/;

/**
 * The files of the shim. Pages of every origin load its scripts. The bridge's page is framed by
 * pages of `framers`. The address of another version leads to the version that is there: a page
 * that names an old one goes on, though it asks each time.
 */
export function shimPages({ folder, version, framers }: ShimSettings, log: Log): Page {
  const cacheControl = ({ path, query }: PageRequest): string => {
    const named = VERSION.exec(path.slice('/shim'.length))?.[1] ?? new URLSearchParams(query).get('v');
    if (named === version) return IMMUTABLE;
    return named === null ? SHORT : 'no-cache';
  };
  return filePage(
    {
      folder,
      prefix: '/shim',
      nameOf: (path) => path.replace(VERSION, ''),
      headers: (name, request) => ({
        ...PUBLIC,
        'cache-control': cacheControl(request),
        ...(name === 'bridge.html' && { 'content-security-policy': bridgePolicy(framers) }),
      }),
    },
    log,
  );
}

/** Of scripts, which pages of any origin load: they hold nothing that is not public. */
export const PUBLIC = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
};
