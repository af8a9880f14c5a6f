import type { Element } from '../../browser.d.ts';
import { authorityOf } from '../lang/authority.ts';
import { page } from './page.ts';

/** The base of relative addresses. */
export function baseUrl(): string {
  const document = page.document;
  let base = document && document.baseURI;
  // IE has no baseURI.
  const elements = document && !base ? document.getElementsByTagName('base') : [];
  for (let at = 0; !base && at < elements.length; at += 1) base = (elements[at] as Element).href;
  return base || (page.location ? page.location.href : '');
}

/** Serialized origin of the page. It is `null` for a page from a file, and for a sandboxed page. */
export function pageOrigin(): string {
  if (page.origin) return page.origin;
  const { _scheme: scheme, _host: host } = authorityOf(page.location ? page.location.href : '');
  return /^http/i.test(scheme) ? plainOrigin(scheme + host) : 'null';
}

/** Serializes an origin. In IE, addresses and events may include the default port. */
export function plainOrigin(origin: string): string {
  return origin.toLowerCase().replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}

/**
 * The script element that is running. Null in a module, or if the script runs after the parser has
 * moved on.
 */
export function currentScript(): Element | null {
  const document = page.document;
  if (!document) return null;
  if (document.currentScript) return document.currentScript;
  // While the parser waits for a script, it is the last script of the document.
  const scripts = document.getElementsByTagName('script');
  return scripts[scripts.length - 1] || null;
}
