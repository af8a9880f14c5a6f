import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/**
 * An answer without end, which XDomainRequest shows once it has 2 KiB of it (Microsoft, "COMET
 * Streaming in IE").
 */
export const xdrStreaming: CarrierKind = {
  name: 'xdr-streaming',
  _streams: true,
  _works: hasXdr,
  _open: responseOpener(xdrRequester, 'xdr-streaming', true)
};
