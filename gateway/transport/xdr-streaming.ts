import type { DownstreamTransport } from './transport.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** A stream by XDomainRequest, which frees its text at its end like an XMLHttpRequest. */
export const xdrStreaming: DownstreamTransport = { ...xhrStreaming, action: 'xdr-streaming' };
