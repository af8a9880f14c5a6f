import { type Duplex, Readable } from 'node:stream';

const { push } = Readable.prototype;

/**
 * Has a connection emit what it reads at once while it flows. Node's stream would look in a tick
 * behind each chunk whether it should read more, but a connection is always read until it is
 * paused. What comes while it is paused, or behind data that waits, still takes Node's way.
 */
export function emitAtOnce(connection: Duplex): void {
  connection.push = pushAtOnce;
}

/**
 * Adds a listener of `data` that `emitAtOnce` calls without an event: the connection's only one.
 */
export function readAtOnce<Connection extends Duplex>(
  connection: Connection,
  read: (this: Connection, chunk: Buffer) => void,
): void {
  (connection as Read)[READ] = read as (chunk: Buffer) => void;
  connection.on('data', read);
  connection.push = pushToReader;
}

// In place of the stream's method. The functions are the same for all connections.

function pushAtOnce(this: Duplex, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null || !flows(this)) return push.call(this, chunk, encoding);
  this.emit('data', chunk);
  return true;
}

function pushToReader(this: Read, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null || !flows(this)) return push.call(this, chunk, encoding);
  (this[READ] as (chunk: unknown) => void)(chunk);
  return true;
}

function flows(stream: Duplex): boolean {
  return stream.readableFlowing === true && stream.readableLength === 0 && stream.readableEncoding === null;
}

const READ = Symbol('read');

type Read = Duplex & { [READ]?: (chunk: Buffer) => void };
