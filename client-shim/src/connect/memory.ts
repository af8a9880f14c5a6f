import type { Page, Storage } from '../../browser.d.ts';

/**
 * What is remembered about gateways. A key is the gateway's host, a space, and a transport's name
 * or `rtt`. The value is `good` or `bad`, or the round trip in milliseconds; empty if not known.
 */
export interface Memory {
  _get(key: string): string;
  _set(key: string, value: string): void;
}

const PREFIX = 'fallback-gateway ';
/**
 * Milliseconds that a transport is passed over after a failure: proxies, networks and laptops
 * change.
 */
export const BAD_FOR = 600000;
/** Milliseconds that other values are kept: a transport that worked is used first. */
const GOOD_FOR = 86400000;

/**
 * Remembers for all pages of the origin where there is storage, else for this page only. The number
 * of keys is small: a few for each host that the page calls a gateway. A damaged value counts as
 * none.
 */
export function createMemory(page: Page, now: () => number): Memory {
  const kept: { [key: string]: string | null } = {};

  return {
    _get: (key) => {
      const name = PREFIX + key;
      let entry = kept[name];
      try {
        entry = (page.localStorage as Storage).getItem(name) || entry;
      } catch (_) {
        // Missing before IE8; reading the property throws where the user forbids storage.
      }
      const parts = (entry || '').split('=');
      return +(parts[1] || 0) > now() ? (parts[0] as string) : '';
    },
    _set: (key, value) => {
      const name = PREFIX + key;
      const entry = value + '=' + (now() + (value === 'bad' ? BAD_FOR : GOOD_FOR));
      kept[name] = entry;
      try {
        (page.localStorage as Storage).setItem(name, entry);
      } catch (_) {
        // As above; or storage is full, or this is Safari's private browsing.
      }
    }
  };
}
