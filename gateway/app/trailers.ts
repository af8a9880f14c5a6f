import type { ClientRequest, ServerResponse } from 'node:http';
import { forEachHeader, type RawHeaders } from '../base/raw-headers.ts';
import { hopByHopOf } from './hop-by-hop.ts';

const isHopByHop = hopByHopOf([]);

/** Sends trailers behind a body. They need chunks (RFC 9110 §6.5.1). */
export function addTrailers(to: ClientRequest | ServerResponse, raw: RawHeaders, isChunked: boolean): void {
  if (raw.length === 0 || !isChunked) return;
  const pairs: [string, string][] = [];
  forEachHeader(raw, (lower, value, name) => {
    if (!isHopByHop(lower)) pairs.push([name, value]);
  });
  to.addTrailers(pairs);
}
