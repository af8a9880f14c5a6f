import type { Page, Storage } from '../../browser.d.ts';

/**
 * What is remembered about gateways. A key is the gateway's host, a space, and a transport's name.
 * The value is `good` or `bad`. For the native WebSocket it is also `open` if one opened or closed,
 * or failed together with all else, and `heard` if one received a message. Empty: not known.
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
/** Milliseconds that a transport that worked is used first. */
const GOOD_FOR = 86400000;
/** Milliseconds for which a native WebSocket that worked speaks for the network. */
const TRUSTED_FOR = 180000;

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
      const entry =
        value + '=' + (now() + (value === 'bad' ? BAD_FOR : value === 'good' ? GOOD_FOR : TRUSTED_FOR));
      kept[name] = entry;
      try {
        (page.localStorage as Storage).setItem(name, entry);
      } catch (_) {
        // As above; or storage is full, or this is Safari's private browsing.
      }
    }
  };
}
