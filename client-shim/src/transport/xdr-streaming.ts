import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/** An answer without end, which XDomainRequest shows once 2 KiB of it are there (Microsoft, "COMET Streaming in IE"). */
export const xdrStreaming: CarrierKind = {
  name: 'xdr-streaming',
  _streams: true,
  _works: hasXdr,
  _open: (platform, context, attachments, events) =>
    openResponse(xdrRequester, platform, context, attachments, events, 'xdr-streaming', true)
};
