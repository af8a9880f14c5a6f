import { Duplex } from 'node:stream';
import { encodeFrame, type FrameReader, KIND } from '../cluster/frame.ts';
import type { EntryPeer, RemoteEnd } from './entry-peer.ts';
import { ReceiveWindow, SendWindow } from './send-window.ts';

/** Flag of `end`: the connection is cut, and what is unsent may be dropped. */
export const CUT = 1;

/** The connection of a client of another node. Its bytes travel over the link as they are. */
export class RemoteSocket extends Duplex implements RemoteEnd {
  readonly #id: number;
  readonly #peer: EntryPeer;
  readonly #window: SendWindow;
  readonly #taken: ReceiveWindow;
  /** Bytes that came while the reader wanted no more. */
  #unreported = 0;
  /** Goes on with writing. */
  #written: (() => void) | undefined;
  #isForgotten = false;

  constructor(id: number, peer: EntryPeer) {
    super({ allowHalfOpen: false });
    this.#id = id;
    this.#peer = peer;
    this.#window = new SendWindow(() => {
      const written = this.#written;
      this.#written = undefined;
      written?.();
    });
    this.#taken = new ReceiveWindow((bytes) => peer.send(encodeFrame(KIND.clientCredit, id, bytes)));
  }

  /** What the entry writes to the client before the end, should this node be lost. */
  leaveWords(words: Buffer): void {
    this.#peer.send(encodeFrame(KIND.words, this.#id, 0, 0, words));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const frame = encodeFrame(KIND.write, this.#id, 0, 0, chunk);
    if (this.#window.sent(frame.length, this.#peer.send(frame))) done();
    else this.#written = done;
  }

  /** One frame for all that was written together: no frame of WebSocket is cut in two. */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'latin1', done);
  }

  override _final(done: () => void): void {
    this.#leave(0);
    done();
  }

  override _read(): void {
    const bytes = this.#unreported;
    this.#unreported = 0;
    this.#taken.took(bytes);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leave(CUT);
    done(error);
  }

  // --- what the entry says ---

  received(frame: FrameReader): void {
    switch (frame.kind) {
      case KIND.clientData: {
        const bytes = frame.next();
        if (this.push(bytes)) this.#taken.took(bytes.length);
        else this.#unreported += bytes.length;
        return;
      }
      case KIND.clientEnd:
        this.push(null);
        return;
      case KIND.credit:
        this.#window.credit(frame.value);
        return;
      case KIND.gone:
        this.lost();
    }
  }

  linkDrained(): void {
    this.#window.linkDrained();
  }

  lost(): void {
    this.#isForgotten = true;
    this.#peer.forget(this.#id);
    this.destroy();
  }

  /** The entry ends the client's connection. */
  #leave(flags: number): void {
    if (this.#isForgotten) return;
    // After an orderly end the entry may still say that the client is gone.
    if (flags === CUT) {
      this.#isForgotten = true;
      this.#peer.forget(this.#id);
    }
    this.#peer.send(encodeFrame(KIND.end, this.#id, 0, flags));
  }
}
