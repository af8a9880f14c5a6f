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
  (socket as Watched)[CLOCK] = clock;
  socket.destroy = destroyWhenRead;
}

/** One function for all, as every connection has it. */
function destroyWhenRead(this: Socket, error?: NodeJS.ErrnoException): Socket {
  this.destroy = Object.getPrototypeOf(this).destroy;
  if (error?.syscall !== 'write' || this.readableEnded || this.destroyed) return this.destroy(error);
  const { [CLOCK]: clock, _readableState: state } = this as Watched;
  // Node marks both directions. With the mark it would emit no `end`.
  state.errored = null;
  const late = clock.setTimeout(() => this.destroy(error), READ_TIMEOUT);
  this.once('end', () => this.destroy(error));
  this.once('close', () => clock.clearTimeout(late));
  return this;
}

const CLOCK = Symbol('clock');

type Watched = Socket & { [CLOCK]: Clock; readonly _readableState: { errored: Error | null } };
