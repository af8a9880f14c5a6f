import type { CarrierKind } from './carrier.ts';
import { openFrameStream } from './frame-stream.ts';

/** A document without end in a frame of the page: from engines before all others. Its page is shown as loading all the time. */
export const iframeHtmlfile: CarrierKind = {
  name: 'iframe-htmlfile',
  streams: true,
  holdsLoad: true,
  // The frame calls the page, which only the same origin may.
  works: (platform, crossOrigin) => !crossOrigin && !!platform.page.document,
  open: (platform, line, wanted, events) =>
    openFrameStream(platform, line, wanted, events, 'iframe-htmlfile', platform.page)
};
