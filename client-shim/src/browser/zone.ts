import { page } from './page.ts';

/**
 * Runs a function outside of the zone of its caller. zone.js (Angular) hands the zone of a call on
 * to all timers and requests that it causes. An application would then count the shim's polls as
 * its own work, and never be at rest. With a native WebSocket it has no such work.
 */
export function outsideZones<T>(run: () => T): T {
  const root = page.Zone && page.Zone.root;
  return root && root.run ? root.run(run) : run();
}
