import type { CarrierKind } from './carrier.ts';
import { canPost } from './platform.ts';
import { responseOpener } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/** Long polls: the most reliable carrier, because it only needs responses that arrive. */
export const xhrPolling: CarrierKind = {
  name: 'xhr-polling',
  _streams: false,
  _works: canPost,
  _open: responseOpener(xhrRequester, 'xhr-polling', false)
};
