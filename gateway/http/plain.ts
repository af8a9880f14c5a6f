import type { Headers } from './exchange.ts';

/** For every answer: a cached or transformed one would be a leak, and a guess at its type an attack. */
export const PLAIN: Headers = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
};
