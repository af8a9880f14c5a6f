import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/** Long polls of IE8 and IE9 to other origins. */
export const xdrPolling: CarrierKind = {
  name: 'xdr-polling',
  _streams: false,
  _works: hasXdr,
  _open: (platform, context, attachments, events) =>
    openResponse(xdrRequester, platform, context, attachments, events, 'xdr-polling', false)
};
