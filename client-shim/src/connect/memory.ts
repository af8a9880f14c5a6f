import type { Page, Storage } from '../../browser.d.ts';

/** What is remembered of a gateway's host, for a while. */
export interface Memory {
  _get(key: string): string;
  _set(key: string, value: string, ms: number): void;
}

const PREFIX = 'fallback-gateway ';

/**
 * Remembered for all pages of the origin where there is storage, else for this page. Bounded by its keys: a few for each host that the page
 * calls a gateway. Damage is as good as nothing.
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
        // There is none before IE8; to look at it throws where the user forbids it.
      }
      const parts = (entry || '').split('=');
      return +(parts[1] || 0) > now() ? (parts[0] as string) : '';
    },
    _set: (key, value, ms) => {
      const name = PREFIX + key;
      const entry = value + '=' + (now() + ms);
      kept[name] = entry;
      try {
        (page.localStorage as Storage).setItem(name, entry);
      } catch (_) {
        // As above; or it is full, or Safari's private browsing.
      }
    }
  };
}
