import type { Clock } from '../base/clock.ts';
import type { RouteCounters } from '../base/counters.ts';
import type { Backend } from './backend.ts';

/** The backend of a route; how long it takes to accept and how often it does not is counted. */
export function timedBackend(backend: Backend, counters: RouteCounters, clock: Clock): Backend {
  return {
    name: backend.name,
    connect: (handshake, signal) => timed(counters, clock, signal, () => backend.connect(handshake, signal)),
  };
}

/** Counts one attempt to reach a backend. One that `signal` gave up is no failure. */
export async function timed<Result>(
  counters: RouteCounters | undefined,
  clock: Clock,
  signal: AbortSignal,
  connect: () => Promise<Result>,
): Promise<Result> {
  const start = clock.now();
  try {
    const result = await connect();
    counters?.connected((clock.now() - start) / 1_000);
    return result;
  } catch (error) {
    if (!signal.aborted) counters?.notConnected((error as Error).message, clock.now());
    throw error;
  }
}
