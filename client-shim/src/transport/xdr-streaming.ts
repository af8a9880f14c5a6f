import { responseKind } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/**
 * An endless response, which XDomainRequest shows after its first 2 KiB (Microsoft, "COMET
 * Streaming in IE").
 */
export const xdrStreaming = responseKind('xdr-streaming', true, xdrRequester, hasXdr);
