import { NO_SNIFF } from '../base/security-headers.ts';
import type { Headers } from './exchange.ts';

/** Of plain answers. A cache or a proxy that changes content would give one client's to another. */
export const PLAIN: Headers = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  ...NO_SNIFF,
};
