import type { CarrierKind } from './carrier.ts';
import { canPost } from './platform.ts';
import { openResponse } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/** Long polls: the surest carrier, as all that it asks of engine and proxies is that answers arrive. */
export const xhrPolling: CarrierKind = {
  name: 'xhr-polling',
  _streams: false,
  _works: canPost,
  _open: (platform, context, attachments, events) =>
    openResponse(xhrRequester, platform, context, attachments, events, 'xhr-polling', false)
};
