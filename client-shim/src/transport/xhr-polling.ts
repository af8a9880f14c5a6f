import type { CarrierKind } from './carrier.ts';
import { hasLevel2, newRequest } from './platform.ts';
import { openXhr } from './xhr.ts';

/** Long polls: the surest carrier, as all that it asks of engine and proxies is that answers arrive. */
export const xhrPolling: CarrierKind = {
  name: 'xhr-polling',
  streams: false,
  works: (platform, crossOrigin) => (crossOrigin ? hasLevel2(platform) : !!newRequest(platform)),
  open: (platform, line, wanted, events) => openXhr(platform, line, wanted, events, 'xhr-polling', false)
};
