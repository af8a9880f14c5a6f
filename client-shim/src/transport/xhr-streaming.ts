import { byXhr } from './by-xhr.ts';
import type { CarrierKind } from './carrier.ts';
import { hasLevel2 } from './platform.ts';
import { openResponse } from './response.ts';

/** An answer without end. MSXML hides `responseText` before the end (Microsoft, "COMET Streaming in IE"), so from IE10 on. */
export const xhrStreaming: CarrierKind = {
  name: 'xhr-streaming',
  streams: true,
  works: hasLevel2,
  open: (platform, line, wanted, events) =>
    openResponse(byXhr, platform, line, wanted, events, 'xhr-streaming', true)
};
