import type { Page } from '../../browser.d.ts';

declare const window: Page | undefined;
declare const self: Page | undefined;
// biome-ignore lint/suspicious/noShadowRestrictedNames: typed as what the shim knows of it
declare const globalThis: Page;

/**
 * The global object: of a page, a worker, or whatever else runs the script. Look objects up when
 * used, not at load.
 */
export const page: Page =
  typeof window !== 'undefined' ? window : typeof self !== 'undefined' ? self : globalThis;
