import { byXdr, hasXdr } from './by-xdr.ts';
import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';

/** An answer without end, which XDomainRequest shows once 2 KiB of it are there (Microsoft, "COMET Streaming in IE"). */
export const xdrStreaming: CarrierKind = {
  name: 'xdr-streaming',
  streams: true,
  works: hasXdr,
  open: (platform, line, wanted, events) =>
    openResponse(byXdr, platform, line, wanted, events, 'xdr-streaming', true)
};
