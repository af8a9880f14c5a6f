import { Duplex } from 'node:stream';

/** What a program may read of the client's connection, as on a socket of `node:net`. */
export interface ClientAddress {
  readonly remoteAddress: string;
  /** The client's connection is https or wss. */
  readonly encrypted: boolean;
}

/**
 * One end of a connection within this process. It stands in for a socket of `node:net` where Node's
 * HTTP server and `ws` take any `Duplex`. What they and programs call of a socket beyond that is
 * here, and does nothing.
 *
 * Each end hands its bytes over in a later tick than the write, as a network does: a program may
 * not be called while it calls.
 */
export class MemorySocket extends Duplex {
  readonly connecting = false;
  readonly remoteAddress: string | undefined;
  readonly remoteFamily: string;
  readonly remotePort: number | undefined = undefined;
  readonly encrypted: boolean;
  #peer!: MemorySocket;
  /** Called when this end wants to read more. */
  #taken: (() => void) | undefined;
  /** The peer has ended. */
  #hasEnded = false;

  private constructor(client: ClientAddress | undefined) {
    super({ allowHalfOpen: false, highWaterMark: 64 * 1024 });
    this.remoteAddress = client?.remoteAddress;
    this.remoteFamily = client?.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
    this.encrypted = client?.encrypted ?? false;
  }

  /** Two ends. `near` is the client's side; `far` shows a server the address of `client`. */
  static pair(client: ClientAddress): { near: MemorySocket; far: MemorySocket } {
    const near = new MemorySocket(undefined);
    const far = new MemorySocket(client);
    near.#peer = far;
    far.#peer = near;
    return { near, far };
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    process.nextTick(() => this.#peer.#receive(chunk, done));
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const bytes = chunks.length === 1 ? chunks[0]?.chunk : Buffer.concat(chunks.map(({ chunk }) => chunk));
    process.nextTick(() => this.#peer.#receive(bytes as Buffer, done));
  }

  #receive(bytes: Buffer, done: () => void): void {
    // Nobody reads any more: the bytes are lost, as on a connection that was reset.
    if (this.destroyed || this.#hasEnded || this.push(bytes)) done();
    else this.#taken = done;
  }

  #end(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }

  override _final(done: () => void): void {
    process.nextTick(() => {
      this.#peer.#end();
      done();
    });
  }

  /** The peer gets all that was written, and then the end, as if the system had closed a socket. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this._read();
    done(error);
    process.nextTick(() => this.#peer.#end());
  }

  /** Ends behind everything written, and then destroys. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  address(): Record<string, never> {
    return {};
  }
}
