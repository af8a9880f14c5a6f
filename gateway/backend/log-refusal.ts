import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** Logs that a backend refused a client. `log` is the route's. */
export function logRefusal(log: Log, backend: string, error: unknown): void {
  if (error instanceof RefusedError) {
    const { status, message: reason, code } = error;
    log.warn('backend refused', { backend, status, reason, code });
  } else log.error('backend failed', { backend, stack: String((error as Error)?.stack ?? error) });
}
