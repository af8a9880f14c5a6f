import { byXdr, hasXdr } from './by-xdr.ts';
import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';

/** Long polls of IE8 and IE9 to other origins. */
export const xdrPolling: CarrierKind = {
  name: 'xdr-polling',
  streams: false,
  works: hasXdr,
  open: (platform, line, wanted, events) =>
    openResponse(byXdr, platform, line, wanted, events, 'xdr-polling', false)
};
