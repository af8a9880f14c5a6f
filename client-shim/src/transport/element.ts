import type { Document, Element, Page } from '../../browser.d.ts';

/** Number of names so far: tests of pages replace `Math.random` by a constant. */
let names = 0;

/**
 * A new name for a callback or a frame. Names are never reused, so a late call finds no function.
 * Another shim on the page has other names. The gateway accepts 15 digits.
 */
export function newName(): string {
  names += 1;
  return '_fg' + Math.floor(Math.random() * 1e7) + names;
}

/**
 * Lets a script or document from the gateway call `run` in this window. The returned function
 * removes `run`, and returns whether it was still there.
 */
export function expose(window: Page, name: string, run: (text: string) => void): () => boolean {
  const names = window as Page & { [name: string]: unknown };
  names[name] = run;
  return () => {
    if (!names[name]) return false;
    names[name] = undefined;
    try {
      delete names[name];
    } catch (_) {
      // IE up to 8 cannot delete properties of `window`.
    }
    return true;
  };
}

/**
 * Inserts before everything else. Appending to a body that is still being parsed aborts the page in
 * IE 6 and 7 (Microsoft, KB927917).
 */
export function insert(document: Document, element: Element): void {
  // A page of SVG has neither body nor head.
  const parent =
    document.body || document.getElementsByTagName('head')[0] || (document.documentElement as Element);
  parent.insertBefore(element, parent.firstChild);
}

export function remove(element: Element): void {
  if (element.parentNode) element.parentNode.removeChild(element);
}

/**
 * Inserts an invisible frame into the document. Frames that share a parent could be removed with
 * it.
 */
export function insertFrame(document: Document, address: string): Element {
  const frame = document.createElement('iframe');
  frame.style.display = 'none';
  // Set before the frame is in the document: IE 6 warns about a frame without an address on secure
  // pages.
  frame.src = address;
  insert(document, frame);
  return frame;
}
