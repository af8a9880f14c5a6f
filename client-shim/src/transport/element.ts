import type { Document, Element, Page } from '../../browser.d.ts';

/** A name for a callback or a frame, never used again: what comes late finds nobody. */
export function newName(): string {
  return '_fg' + Math.floor(Math.random() * 1e15);
}

/**
 * Lets a script or document of the gateway's call `run` in this window. The function returned ends
 * that, and tells whether it was still so.
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
      // IE up to 8 does not delete from its window
    }
    return true;
  };
}

/**
 * In front of all else: to append to a body that is still being read ends the page in IE6 and 7
 * (Microsoft, KB927917).
 */
export function insert(document: Document, element: Element): void {
  const parent = document.body || (document.getElementsByTagName('head')[0] as Element);
  parent.insertBefore(element, parent.firstChild);
}

export function remove(element: Element): void {
  if (element.parentNode) element.parentNode.removeChild(element);
}

/**
 * A frame that nobody sees, in the document from now on. In an element of its own: it may be taken
 * away with that.
 */
export function insertFrame(document: Document, address: string): Element {
  const frame = document.createElement('iframe');
  frame.style.display = 'none';
  // Before it is in the document: without an address IE6 warns on secure pages.
  frame.src = address;
  insert(document, frame);
  return frame;
}
