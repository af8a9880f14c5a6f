import type { Document, Page } from '../../browser.d.ts';
import type { CarrierKind } from './carrier.ts';
import { expose, newName } from './element.ts';
import { openFrameStream } from './frame-stream.ts';
import type { Platform } from './platform.ts';

/**
 * An endless document in a frame of an ActiveX document, which causes no click sound and no
 * throbber (cometdaily.com, "The htmlfile ActiveX object", 2007). For IE 6 to 9; later versions
 * hide ActiveXObject or have something better.
 */
export const htmlfile: CarrierKind = {
  name: 'htmlfile',
  _streams: true,
  _works: (platform, crossOrigin) => !crossOrigin && !!newDocument(platform),
  _open: (platform, context, attachments, events) => {
    let document = newDocument(platform) as Required<Document> | undefined;
    const window = write(document as Required<Document>);
    // IE collects an object that no global refers to, and the stream with it, after a few messages.
    const forget = expose(platform._page, newName(), () => document);
    return openFrameStream(platform, context, attachments, events, 'htmlfile', window, () => {
      forget();
      write(document as Required<Document>);
      document = undefined;
      if (platform._page.CollectGarbage) platform._page.CollectGarbage();
    });
  }
};

/** Undefined in other engines, and where ActiveX is disabled. */
function newDocument(platform: Platform): Document | undefined {
  try {
    return new (platform._page.ActiveXObject as new (name: string) => Document)('htmlfile');
  } catch (_) {
    return undefined;
  }
}

/** Replaces the document, which ends everything in it. */
function write(document: Required<Document>): Page {
  document.open();
  document.write('<html><body></body></html>');
  document.close();
  return document.parentWindow;
}
