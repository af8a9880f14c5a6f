import type { DownstreamTransport } from './transport.ts';
import { xhrPolling } from './xhr-polling.ts';

/** Long polls by XDomainRequest: the answer is the same, but for its wrapping. */
export const xdrPolling: DownstreamTransport = { ...xhrPolling, action: 'xdr-polling' };
