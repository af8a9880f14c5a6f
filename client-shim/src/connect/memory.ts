import type { Page, Storage } from '../../browser.d.ts';

/** What is remembered of a host, for a while. */
export interface Memory {
  get(key: string): string;
  set(key: string, value: string, ms: number): void;
}

const ITEM = 'fallback-gateway';
/** Most things remembered: the oldest go first. */
const MOST = 32;

/**
 * Remembered for all pages of the origin where there is storage, else for this page. One item `key=value=expiry|…`: there is no JSON before IE8. What
 * another page wrote is read again each time, and damage is as good as nothing.
 */
export function createMemory(page: Page, now: () => number): Memory {
  let kept = '';

  function storage(): Storage | null | undefined {
    try {
      // Looking at it throws where the user forbids it.
      return page.localStorage;
    } catch (_) {
      return null;
    }
  }

  function load(): string[] {
    try {
      kept = storage()?.getItem(ITEM) || kept;
    } catch (_) {
      // as above, in other engines
    }
    return kept ? kept.split('|') : [];
  }

  return {
    get: (key) => {
      const entries = load();
      for (let i = entries.length - 1; i >= 0; i -= 1) {
        const parts = (entries[i] as string).split('=');
        if (parts[0] === key) return +(parts[2] as string) > now() ? (parts[1] as string) : '';
      }
      return '';
    },
    set: (key, value, ms) => {
      const entries = load();
      for (let i = entries.length - 1; i >= 0; i -= 1)
        if ((entries[i] as string).split('=')[0] === key) entries.splice(i, 1);
      entries.push(key + '=' + value + '=' + (now() + ms));
      kept = entries.slice(-MOST).join('|');
      try {
        storage()?.setItem(ITEM, kept);
      } catch (_) {
        // full, or private browsing in Safari
      }
    }
  };
}
