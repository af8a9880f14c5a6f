import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/**
 * An endless response, which XDomainRequest shows after its first 2 KiB (Microsoft, "COMET
 * Streaming in IE").
 */
export const xdrStreaming: CarrierKind = {
  name: 'xdr-streaming',
  _streams: true,
  _works: hasXdr,
  _open: responseOpener(xdrRequester, 'xdr-streaming', true)
};
