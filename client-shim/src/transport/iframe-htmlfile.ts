import type { CarrierKind } from './carrier.ts';
import { openFrameStream } from './frame-stream.ts';

/**
 * A document without end in a frame of the page: from engines before all others. Its page is shown
 * as loading all the time.
 */
export const iframeHtmlfile: CarrierKind = {
  name: 'iframe-htmlfile',
  _streams: true,
  _holdsLoad: true,
  // The frame calls the page, which only the same origin may.
  _works: (platform, crossOrigin) => !crossOrigin && !!platform._page.document,
  _open: (platform, context, attachments, events) =>
    openFrameStream(platform, context, attachments, events, 'iframe-htmlfile', platform._page)
};
