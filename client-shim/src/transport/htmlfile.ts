import type { Document, Page } from '../../browser.d.ts';
import type { CarrierKind } from './carrier.ts';
import { expose, newName } from './element.ts';
import { openFrameStream } from './frame-stream.ts';
import type { Platform } from './platform.ts';

/**
 * A document without end in a frame of an ActiveX document, which makes no click and no throbber (cometdaily.com, "The htmlfile ActiveX object",
 * 2007). In IE 6 to 9; later ones hide ActiveXObject or have something better.
 */
export const htmlfile: CarrierKind = {
  name: 'htmlfile',
  streams: true,
  works: (platform, crossOrigin) => !crossOrigin && !!newDocument(platform),
  open: (platform, line, wanted, events) => {
    let document = newDocument(platform) as Required<Document> | undefined;
    const window = write(document as Required<Document>);
    // What no global leads to is collected, and the stream with it, after a few messages.
    const forget = expose(platform.page, newName(), () => document);
    return openFrameStream(platform, line, wanted, events, 'htmlfile', window, () => {
      forget();
      write(document as Required<Document>);
      document = undefined;
      if (platform.page.CollectGarbage) platform.page.CollectGarbage();
    });
  }
};

/** Undefined in other engines, and where ActiveX is switched off. */
function newDocument(platform: Platform): Document | undefined {
  try {
    return new (platform.page.ActiveXObject as new (name: string) => Document)('htmlfile');
  } catch (_) {
    return undefined;
  }
}

/** Begins the document anew: whatever was in it ends. */
function write(document: Required<Document>): Page {
  document.open();
  document.write('<html><body></body></html>');
  document.close();
  return document.parentWindow;
}
