import type { RequestHead } from '../../../gateway/http/exchange.ts';

/** A request head as a test states it. */
export function requestHead(
  headers: Readonly<Record<string, string>> = {},
  facts: Partial<Pick<RequestHead, 'host' | 'secure' | 'method'>> = {},
): RequestHead {
  return {
    method: facts.method ?? 'POST',
    path: '/echo/_fallback/v1/create',
    query: '',
    header: (name) => headers[name],
    headers,
    rawHeaders: Object.entries(headers).flat(),
    remoteAddress: '127.0.0.1',
    forwardedFor: '127.0.0.1',
    secure: facts.secure ?? false,
    host: facts.host ?? 'localhost:8080',
  };
}
