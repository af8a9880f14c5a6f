import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/** Long polls to other origins, for IE 8 and 9. */
export const xdrPolling: CarrierKind = {
  name: 'xdr-polling',
  _streams: false,
  _works: hasXdr,
  _open: responseOpener(xdrRequester, 'xdr-polling', false)
};
