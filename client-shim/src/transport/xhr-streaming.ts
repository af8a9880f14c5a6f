import type { CarrierKind } from './carrier.ts';
import { hasLevel2 } from './platform.ts';
import { responseOpener } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/**
 * An endless response. From IE 10 on: MSXML hides `responseText` until the end (Microsoft, "COMET
 * Streaming in IE").
 */
export const xhrStreaming: CarrierKind = {
  name: 'xhr-streaming',
  _streams: true,
  _works: hasLevel2,
  _open: responseOpener(xhrRequester, 'xhr-streaming', true)
};
