import { RouteCounters } from '../../gateway/base/counters.ts';
import { silentLog } from '../../gateway/base/log.ts';
import { MemoryBudget } from '../../gateway/base/memory-budget.ts';
import type { SessionIdentity } from '../../gateway/session/identity.ts';
import type { SessionPolicy } from '../../gateway/session/policy.ts';

/** Policies that are the fallback protocol's and SockJS's, for tests of the session alone. */
export const acknowledged: SessionPolicy = {
  delivered: 'acknowledged',
  untaken: 'repeated',
  second: 'supersedes',
};
export const written: SessionPolicy = {
  dialect: 'sockjs',
  delivered: 'written',
  untaken: 'lost',
  second: 'refused',
};

export const identity: SessionIdentity = {
  token: 'n.t',
  id: 'public',
  address: '192.0.2.1',
  route: '/',
  origin: 'http://h',
  protocol: '',
  claim: { ended: () => {} },
  cookies: [],
};

/**
 * What a session needs beside clock, limits and policy: no log, counters that nobody reads, and
 * memory for all sessions.
 */
export function surroundings(memory = Number.POSITIVE_INFINITY) {
  const counters = new RouteCounters(identity.route);
  return { log: silentLog, counters, memory: new MemoryBudget({ memory, memoryPerAddress: memory }) };
}
