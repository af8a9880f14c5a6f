import type { CarrierKind } from './carrier.ts';
import { hasLevel2 } from './platform.ts';
import { openResponse } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/** An answer without end. MSXML hides `responseText` before the end (Microsoft, "COMET Streaming in IE"), so from IE10 on. */
export const xhrStreaming: CarrierKind = {
  name: 'xhr-streaming',
  _streams: true,
  _works: hasLevel2,
  _open: (platform, context, attachments, events) =>
    openResponse(xhrRequester, platform, context, attachments, events, 'xhr-streaming', true)
};
