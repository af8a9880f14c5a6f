import { byXhr } from './by-xhr.ts';
import type { CarrierKind } from './carrier.ts';
import { canPost } from './platform.ts';
import { openResponse } from './response.ts';

/** Long polls: the surest carrier, as all that it asks of engine and proxies is that answers arrive. */
export const xhrPolling: CarrierKind = {
  name: 'xhr-polling',
  streams: false,
  works: canPost,
  open: (platform, line, wanted, events) =>
    openResponse(byXhr, platform, line, wanted, events, 'xhr-polling', false)
};
