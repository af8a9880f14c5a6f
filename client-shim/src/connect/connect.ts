import { page } from '../browser/page.ts';
import { now } from '../lang/now.ts';
import { createRequestQueue } from '../session/request-queue.ts';
import { createPlatform, type Platform } from '../transport/platform.ts';
import { Attempt, type PageConnections } from './attempt.ts';
import type { Connect } from './connection.ts';
import { createDownstreamPool } from './downstream-pool.ts';
import { createMemory, type Memory } from './memory.ts';

/**
 * Milliseconds after which no carrier waits for the page's load any more: KHTML shows a page as
 * loading again with each frame that is put into it.
 */
const LOADING = 5000;

/** `connect` on a platform, for all sockets of one page. */
export function createConnect(platform: Platform, memory: Memory): Connect {
  const connections: PageConnections = {
    _platform: platform,
    _memory: memory,
    _pool: createDownstreamPool(platform, memory),
    _sendRequest: createRequestQueue(platform),
    _natives: {},
    _reported: '',
    _loadBy: platform._now() + LOADING
  };
  return (target, events) => new Attempt(connections, target, events);
}

/** `connect` in this browser; `socket` is its own WebSocket, which the shim replaces. */
export function connectWith(socket: Platform['_socket']): Connect {
  return createConnect(createPlatform(page, socket), createMemory(page, now));
}
