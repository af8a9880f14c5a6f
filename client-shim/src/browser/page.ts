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

/**
 * A constructor of the window. Undefined for an element with an id of that name, which has its
 * place in an engine that lacks the constructor.
 */
export function constructorIn<T extends { readonly prototype: object }>(value: T | undefined): T | undefined {
  return value && value.prototype ? value : undefined;
}

const { document } = page;

/** Whether the script's frame was removed. IE before 9 has no `defaultView`. */
export function isDetached(): boolean {
  return !!document && document.defaultView === null;
}
