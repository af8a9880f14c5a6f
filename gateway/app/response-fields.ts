import { forEachHeader, type RawHeaders } from '../base/raw-headers.ts';
import { urlHost } from '../base/url-host.ts';
import { hopByHopOf } from './hop-by-hop.ts';
import type { AppOptions } from './options.ts';

/** Fields whose value is, or ends in, an address of the application. */
const ADDRESSES: ReadonlySet<string> = new Set(['location', 'content-location', 'refresh']);

/** Maps the application's inner address back to the one by which the client came. */
export class AddressMap {
  readonly #inner: RegExp;

  constructor({ hostname, port, secure, host }: Pick<AppOptions, 'hostname' | 'port' | 'secure' | 'host'>) {
    const name = urlHost(hostname);
    const isDefault = port === (secure ? 443 : 80);
    const names = [`${name}:${port}`, ...(isDefault ? [name] : []), ...(host === undefined ? [] : [host])];
    const escaped = names.map((each) => each.replaceAll(/[.[\]]/g, '\\$&')).join('|');
    this.#inner = new RegExp(
      `^((?:\\d+[ \\t]*;[ \\t]*url[ \\t]*=[ \\t]*["']?)?)(https?:)?//(?:${escaped})(?=[/?#"']|$)`,
      'i',
    );
  }

  /** `own` is the gateway's origin as the client sees it. */
  outward(value: string, own: string): string {
    return value.replace(
      this.#inner,
      (_all, before: string, scheme: string | undefined) =>
        before + (scheme === undefined ? own.slice(own.indexOf('//')) : own),
    );
  }
}

/**
 * The fields of the application's answer for the client: all but those of the connection, in the
 * application's order and with its names.
 */
export function responseFields(rawHeaders: RawHeaders, map: AddressMap, own: () => string): string[] {
  const isHopByHop = hopByHopOf(rawHeaders);
  const fields: string[] = [];
  forEachHeader(rawHeaders, (lower, value, name) => {
    if (!isHopByHop(lower)) fields.push(name, ADDRESSES.has(lower) ? map.outward(value, own()) : value);
  });
  return fields;
}
