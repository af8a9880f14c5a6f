import type { CarrierKind } from './carrier.ts';
import { canPost } from './platform.ts';
import { responseOpener } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/** Long polls: the most reliable carrier, as it only needs answers that arrive. */
export const xhrPolling: CarrierKind = {
  name: 'xhr-polling',
  _streams: false,
  _works: canPost,
  _open: responseOpener(xhrRequester, 'xhr-polling', false)
};
