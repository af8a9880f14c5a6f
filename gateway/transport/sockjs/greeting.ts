import { NO_SNIFF } from '../../base/security-headers.ts';
import type { Headers } from '../../http/exchange.ts';

/** The page at the address of a route (SockJS 0.3.3, "Greeting url"). */
export const GREETING = 'Welcome to SockJS!\n';

export const GREETING_HEADERS: Headers = { 'content-type': 'text/plain; charset=UTF-8', ...NO_SNIFF };
