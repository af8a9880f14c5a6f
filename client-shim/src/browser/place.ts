import type { Element } from '../../browser.d.ts';
import { authorityOf } from '../lang/authority.ts';
import { page } from './page.ts';

/** What relative addresses are relative to. */
export function baseUrl(): string {
  const document = page.document;
  let base = document && document.baseURI;
  // IE has no baseURI.
  const elements = document && !base ? document.getElementsByTagName('base') : [];
  for (let at = 0; !base && at < elements.length; at += 1) base = (elements[at] as Element).href;
  return base || (page.location ? page.location.href : '');
}

/** Serialized origin of the page; a page from a file, or a sandboxed one, has `null`. */
export function pageOrigin(): string {
  if (page.origin) return page.origin;
  const { _scheme: scheme, _host: host } = authorityOf(page.location ? page.location.href : '');
  return /^http/i.test(scheme) ? plainOrigin(scheme + host) : 'null';
}

/** An origin as it is serialized: IE's addresses and events may have the default port. */
export function plainOrigin(origin: string): string {
  return origin.toLowerCase().replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}

/**
 * The script element that is being run; null in a module, or when run later than the parser met it.
 */
export function currentScript(): Element | null {
  const document = page.document;
  if (!document) return null;
  if (document.currentScript) return document.currentScript;
  // While the parser waits for a script, that is the last one it has met.
  const scripts = document.getElementsByTagName('script');
  return scripts[scripts.length - 1] || null;
}
