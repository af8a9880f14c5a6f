import type { Page } from '../../browser.d.ts';

declare const window: Page | undefined;
declare const self: Page | undefined;
// biome-ignore lint/suspicious/noShadowRestrictedNames: typed as what the shim knows of it
declare const globalThis: Page;

/**
 * The global object of the page, worker or other host that runs the script. Look objects up when
 * they are used, not at load.
 */
export const page: Page =
  typeof window !== 'undefined' ? window : typeof self !== 'undefined' ? self : globalThis;
