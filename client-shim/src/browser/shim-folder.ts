import type { Document } from '../../browser.d.ts';

/**
 * The address of the folder `/shim/` of the gateway at `origin`. A front proxy may have it below a
 * path of its own, so it is where the page has its script from, if that is of this origin. IE up to
 * 7 shows relative addresses as they are written, and gets the folder at the root.
 */
export function shimFolder(document: Document, origin: string): string {
  const scripts = document.getElementsByTagName('script');
  for (let i = 0; i < scripts.length; i += 1) {
    const folder = /^.*\/shim\//.exec((scripts[i] as { src?: string }).src || '');
    if (folder && !folder[0].indexOf(origin + '/')) return folder[0];
  }
  return origin + '/shim/';
}
