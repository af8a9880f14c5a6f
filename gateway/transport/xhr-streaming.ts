import { bytes } from '../dialect/bytes.ts';
import { text } from '../dialect/text.ts';
import { streamTransport } from './stream-transport.ts';
import type { DownstreamTransport } from './transport.ts';

function xhrTransport(action: string): DownstreamTransport {
  return streamTransport({
    action,
    source: 'body',
    encodings: {
      text: { contentType: 'text/plain; charset=utf-8', encoder: text },
      byte: { contentType: 'application/octet-stream', encoder: bytes },
    },
    isFreed: false,
  });
}

/**
 * A response that is read while it grows (PROTOCOL.md §6.3). The engine frees its text only at its
 * end, hence the budget.
 */
export const xhrStreaming = xhrTransport('xhr-streaming');

/** The same by XDomainRequest, which frees its text at its end like an XMLHttpRequest. */
export const xdrStreaming = xhrTransport('xdr-streaming');
