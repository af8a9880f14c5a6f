import type { CarrierKind } from './carrier.ts';
import { hasLevel2 } from './platform.ts';
import { responseOpener } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/**
 * An answer without end. From IE10 on: MSXML hides `responseText` before the end (Microsoft, "COMET
 * Streaming in IE").
 */
export const xhrStreaming: CarrierKind = {
  name: 'xhr-streaming',
  _streams: true,
  _works: hasLevel2,
  _open: responseOpener(xhrRequester, 'xhr-streaming', true)
};
