import type { Element } from '../../browser.d.ts';
import { authorityOf } from '../lang/authority.ts';
import { page } from './page.ts';

const ORIGIN = /^[\w-]+:\/\/[^/]+$/;
/** The address in the first line of a stack that has one, before line and column. */
const IN_STACK = /\w+:\/\/[^\s()]*?(?=(:\d+)+\)?$)/m;

/** The base of relative addresses. */
export function baseUrl(): string {
  const document = page.document;
  let base = document && document.baseURI;
  // IE has no baseURI.
  const elements = document && !base ? document.getElementsByTagName('base') : [];
  for (let at = 0; !base && at < elements.length; at += 1) base = (elements[at] as Element).href;
  return base || (page.location ? page.location.href : '');
}

/**
 * Serialized origin of the page. It is `null` for a page from a file, and for a sandboxed page. A
 * variable `origin` of the page replaces the window's, so that one is used only where the address
 * does not tell: in frames of `about:`, in workers of `blob:`, and for `null`.
 */
export function pageOrigin(): string {
  const { location, origin } = page;
  const { _scheme: scheme, _host: host } = authorityOf(location ? location.href : '');
  const known = /^http/i.test(scheme) ? plainOrigin(scheme + host) : 'null';
  return origin === 'null' || (known === 'null' && ORIGIN.test('' + origin)) ? (origin as string) : known;
}

/** Serializes an origin. In IE, addresses and events may include the default port. */
export function plainOrigin(origin: string): string {
  return origin.toLowerCase().replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}

/**
 * The script element that is running. Undefined in a worker, and for a script without an element.
 */
export function currentScript(): Element | undefined {
  const { document } = page;
  const known = document && document.currentScript;
  if (!document || known !== undefined) return known || undefined;
  // In engines without `currentScript` the parser waits for each script, and it is the last one.
  const scripts = document.getElementsByTagName('script');
  return scripts[scripts.length - 1];
}

/**
 * The address of the shim's script where no element tells it: in a worker and in a module. Empty if
 * the engine has no stacks. IE sets the stack when the error is thrown, and has no such scripts.
 */
export function scriptAddress(): string {
  return (IN_STACK.exec('' + (new Error() as { stack?: string }).stack) || [''])[0] as string;
}
