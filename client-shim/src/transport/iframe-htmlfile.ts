import type { CarrierKind } from './carrier.ts';
import { openFrameStream } from './frame-stream.ts';

/**
 * An endless document in a frame of the page, for the oldest engines. The browser shows the page as
 * loading all the time.
 */
export const iframeHtmlfile: CarrierKind = {
  name: 'iframe-htmlfile',
  _streams: true,
  _holdsLoad: true,
  // The frame calls the page's function, which requires the same origin.
  _works: (platform, crossOrigin) => !crossOrigin && !!platform._page.document,
  _open: (platform, context, attachments, events) =>
    openFrameStream(platform, context, attachments, events, 'iframe-htmlfile', platform._page)
};
