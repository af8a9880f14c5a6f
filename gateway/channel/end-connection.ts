import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';

/** Milliseconds that the peer has to end its side. */
const END_TIMEOUT = 10_000;

/**
 * Ends a connection behind everything sent before, and destroys it if the peer does not end its
 * side within 10 s. The peer's end is noticed only if the connection is read.
 */
export function endConnection(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return;
  const late = clock.setTimeout(() => socket.destroy(), END_TIMEOUT);
  socket.once('close', () => clock.clearTimeout(late));
  socket.end();
}
