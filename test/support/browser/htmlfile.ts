import { makeDocument } from './document.ts';
import { loadFrameElement } from './frame-element.ts';
import type { Network } from './network.ts';

/** A document of its own that no window shows. */
export interface HtmlFile {
  /** Frames that are in it. */
  frames(): number;
}

/**
 * `new ActiveXObject('htmlfile')`, from what Microsoft and cometdaily.com ("The htmlfile ActiveX
 * object", 2007) say of it: it has nothing until it was opened, written and closed; scripts of its
 * frames find what hangs on its `parentWindow`, and not the page's own window; to open it again
 * ends all that was in it.
 */
export function makeHtmlFile(network: Network): HtmlFile & object {
  const parentWindow: Record<string, unknown> = {};
  const made = () =>
    makeDocument(network.page, {
      script: () => {},
      submit: undefined,
      frame: (element) => loadFrameElement(network, parentWindow, element),
    }).document;
  let document = made();
  let written = '';
  let state: 'new' | 'open' | 'closed' = 'new';
  const need = (wanted: typeof state): void => {
    if (state !== wanted) throw new Error('Unspecified error.');
  };

  const file = {
    parentWindow,
    get body() {
      return state === 'closed' && /<body>/i.test(written) ? document.body : null;
    },
    open() {
      for (const child of [...document.body.childNodes]) document.body.removeChild(child);
      document = made();
      written = '';
      state = 'open';
    },
    write(html: string) {
      need('open');
      written += html;
    },
    close() {
      need('open');
      state = 'closed';
    },
    createElement(name: string) {
      need('closed');
      return document.createElement(name);
    },
    getElementsByTagName: (name: string) => document.getElementsByTagName(name),
    frames: () => document.body.childNodes.length,
  };
  parentWindow.document = file;
  return file;
}
