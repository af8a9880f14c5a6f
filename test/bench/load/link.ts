import net, { type Socket } from 'node:net';

/**
 * All sockets read into the same memory: what arrives is used up before the next read, and the
 * generator must not be the bottleneck.
 */
const READ_INTO = Buffer.allocUnsafe(256 * 1024);

/**
 * A TCP connection that is opened when something is written, and counts bytes over all its
 * connections.
 */
export abstract class Link {
  readonly #port: number;
  #socket: Socket | undefined;
  #up = 0;
  #down = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Bytes sent and received so far. */
  get bytes(): { up: number; down: number } {
    const socket = this.#socket;
    return {
      up: this.#up + (socket?.bytesWritten ?? 0),
      down: this.#down + (socket?.bytesRead ?? 0),
    };
  }

  /** Drops the connection. `disconnected` is not called. */
  drop(): void {
    const socket = this.#forget();
    socket?.destroy();
  }

  protected write(data: string | Buffer): void {
    const socket = this.#socket ?? this.#connect();
    if (typeof data === 'string') socket.write(data, 'latin1');
    else socket.write(data);
  }

  /** `data` is valid only until this returns. */
  protected abstract received(data: Buffer): void;
  protected abstract disconnected(error: Error | undefined): void;

  #connect(): Socket {
    const socket = net.connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: READ_INTO,
        callback: (length, buffer) => {
          if (this.#socket === socket) this.received((buffer as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#forget();
      this.disconnected(failure);
    });
    this.#socket = socket;
    return socket;
  }

  #forget(): Socket | undefined {
    const socket = this.#socket;
    this.#up += socket?.bytesWritten ?? 0;
    this.#down += socket?.bytesRead ?? 0;
    this.#socket = undefined;
    return socket;
  }
}
