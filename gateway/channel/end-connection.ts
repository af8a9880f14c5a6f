import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';

/** Milliseconds that a peer has to end the connection after we did. */
const END_TIMEOUT = 10_000;

/** Ends a connection behind what was sent. It is destroyed when the peer has not ended it, too, within 10 s; that is seen only where it is read. */
export function endConnection(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return;
  const late = clock.setTimeout(() => socket.destroy(), END_TIMEOUT);
  socket.once('close', () => clock.clearTimeout(late));
  socket.end();
}
