import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/** Long polls of IE8 and IE9 to other origins. */
export const xdrPolling: CarrierKind = {
  name: 'xdr-polling',
  _streams: false,
  _works: hasXdr,
  _open: responseOpener(xdrRequester, 'xdr-polling', false)
};
