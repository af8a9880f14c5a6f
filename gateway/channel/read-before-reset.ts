import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';

/** Milliseconds in which a connection whose writes fail must be read to its end. */
const READ_TIMEOUT = 10_000;

/**
 * Has a connection read to its end before a failed write destroys it. A server that refuses a long
 * message sends its Close with 1009 and resets the connection; the next write fails, and Node would
 * destroy the socket, though the Close waits in the system's buffer.
 */
export function readBeforeReset(socket: Socket, clock: Clock): void {
  const destroy = socket.destroy;
  socket.destroy = (error?: NodeJS.ErrnoException): Socket => {
    socket.destroy = destroy;
    if (error?.syscall !== 'write' || socket.readableEnded || socket.destroyed) return socket.destroy(error);
    // Node marks both directions. With the mark it would emit no `end`.
    (socket as unknown as Marked)._readableState.errored = null;
    const late = clock.setTimeout(() => socket.destroy(error), READ_TIMEOUT);
    socket.once('end', () => socket.destroy(error));
    socket.once('close', () => clock.clearTimeout(late));
    return socket;
  };
}

interface Marked {
  readonly _readableState: { errored: Error | null };
}
