import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * What Node's server sees in place of a connection when it answers one request of the fast path:
 * the request's bytes, and nothing behind them. Writes go to the connection. After the answer the
 * connection goes back to the fast path, and this socket ends.
 */
export class SingleRequestSocket extends Duplex {
  /** Present if the connection is encrypted, as on Node's `TLSSocket`. */
  declare readonly encrypted?: true;
  readonly #socket: Socket;
  readonly #onAnswered: (goesOn: boolean) => void;
  #isReturned = false;

  /** `onAnswered` is called once, unless the connection is lost before. */
  constructor(socket: Socket, onAnswered: (goesOn: boolean) => void) {
    // As Node's own server: a client that ends its side is answered by `end`.
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#onAnswered = onAnswered;
    if ('encrypted' in socket) Object.defineProperty(this, 'encrypted', { value: true });
    socket.on('timeout', this.#onTimeout);
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  setTimeout(milliseconds: number): this {
    this.#socket.setTimeout(milliseconds);
    return this;
  }

  /** Node's server has answered. Unless it ended the connection, that goes back. */
  answered(): void {
    if (!this.writableEnded && !this.destroyed) this.#return(true);
  }

  override _read(): void {
    if (!this.#isReturned && this.#socket.isPaused()) this.#socket.resume();
  }

  override _write(
    chunk: Buffer | string,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, encoding, done);
  }

  /** Head and body of an answer leave in one packet. */
  override _writev(
    chunks: { chunk: Buffer | string; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    const last = chunks.length - 1;
    this.#socket.cork();
    for (const [index, { chunk, encoding }] of chunks.entries()) {
      if (index === last) this.#socket.write(chunk, encoding, done);
      else this.#socket.write(chunk, encoding);
    }
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    done();
    if (!this.#isReturned) this.#return(false);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isReturned) {
      this.#isReturned = true;
      this.#detach();
      this.#socket.destroy();
    }
    done(error);
  }

  #return(goesOn: boolean): void {
    this.#isReturned = true;
    this.#detach();
    // Not at once: inside of the callback of a write, Node would make an error for nobody.
    process.nextTick(destroy, this);
    this.#onAnswered(goesOn);
  }

  #detach(): void {
    this.#socket.off('timeout', this.#onTimeout);
    this.#socket.setTimeout(0);
  }

  readonly #onTimeout = (): void => {
    this.emit('timeout');
  };
}

function destroy(socket: SingleRequestSocket): void {
  socket.destroy();
}
