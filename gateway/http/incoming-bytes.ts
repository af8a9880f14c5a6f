import type { Socket } from 'node:net';
import { ByteQueue } from '../base/byte-queue.ts';
import type { MemoryAccount, MemoryBudget } from '../base/memory-budget.ts';
import { withEscapedTarget } from './escaped-target.ts';
import { type FastHead, type HeadReader, type KnownHead, PartialHead, parseFastHead } from './fast-head.ts';

/** A head, parsed, and the bytes that begin with it. */
export interface ReadHead {
  readonly head: FastHead;
  readonly bytes: Buffer;
}

/**
 * What has arrived on a connection of the fast path and was not used yet: a head, the rest of a
 * body, the requests behind it.
 */
export class IncomingBytes {
  /** Bytes of the present request's body that are here or have yet to arrive. */
  bodyLeft = 0;
  readonly queue = new ByteQueue();
  readonly #socket: Pick<Socket, 'remoteAddress'>;
  readonly #memory: MemoryBudget;
  readonly #heads: HeadReader;
  #account: MemoryAccount | undefined;
  #partial: PartialHead | undefined;
  /** The head of the request before. The next one is nearly always the same. */
  #known: KnownHead | undefined;

  constructor(socket: Pick<Socket, 'remoteAddress'>, memory: MemoryBudget, heads: HeadReader) {
    this.#socket = socket;
    this.#memory = memory;
    this.#heads = heads;
  }

  /** Reads a head. If it is complete it is removed, and its body expected. */
  beginHead(): ReadHead | 'incomplete' | 'foreign' {
    const bytes = this.queue.join();
    const read = this.#parse(bytes);
    if (typeof read === 'object') return this.#accept(bytes, read);
    if (read === 'foreign') return this.#escape(bytes) ? this.beginHead() : read;
    this.#partial = new PartialHead();
    return this.continueHead(bytes);
  }

  /** The same for a head that was incomplete. `chunk` is what has come since, and in the queue. */
  continueHead(chunk: Buffer): ReadHead | 'incomplete' | 'foreign' {
    const state = (this.#partial as PartialHead).push(chunk);
    if (state === 'incomplete') return state;
    this.#partial = undefined;
    this.release();
    if (state === 'foreign') return this.#escape(this.queue.join()) ? this.beginHead() : state;
    const bytes = this.queue.join();
    const read = this.#parse(bytes);
    return typeof read === 'object' ? this.#accept(bytes, read) : 'foreign';
  }

  #parse(bytes: Buffer): ReturnType<typeof parseFastHead> {
    return this.#known?.read(bytes) ?? parseFastHead(bytes, this.#heads);
  }

  /** True: the request line was not ASCII, and is now. */
  #escape(bytes: Buffer): boolean {
    const escaped = withEscapedTarget(bytes);
    if (escaped !== undefined) this.queue.keep(escaped);
    return escaped !== undefined;
  }

  #accept(bytes: Buffer, head: FastHead): ReadHead {
    if (bytes.length === head.size) this.queue.clear();
    else this.queue.keep(bytes.subarray(head.size));
    this.bodyLeft = head.length;
    this.#known = head.known;
    return { head, bytes };
  }

  /** The next head is read anew. */
  forgetHead(): void {
    this.#known = undefined;
  }

  /** Removes what has come of the body, and returns it. */
  takeBody(): Buffer | undefined {
    if (this.bodyLeft === 0 || this.queue.size === 0) return undefined;
    const bytes = this.queue.join();
    if (bytes.length <= this.bodyLeft) {
      this.bodyLeft -= bytes.length;
      this.queue.clear();
      return bytes;
    }
    const body = bytes.subarray(0, this.bodyLeft);
    this.queue.keep(bytes.subarray(this.bodyLeft));
    this.bodyLeft = 0;
    return body;
  }

  /** Removes a line end at the beginning, and returns whether there was one. */
  dropEmptyLine(): boolean {
    const bytes = this.queue.join();
    const isThere = bytes[0] === CR && bytes[1] === LF;
    if (isThere) this.queue.keep(bytes.subarray(2));
    return isThere;
  }

  /** Counts bytes that stay for now against the memory budget. False: there is no room for them. */
  hold(): boolean {
    this.#account ??= this.#memory.account(this.#socket.remoteAddress ?? '');
    const hasRoom = this.#account.hasRoom(this.queue.size - this.#account.bytes);
    this.#account.set(this.queue.size);
    return hasRoom;
  }

  /** No bytes stay any more. */
  release(): void {
    this.#account?.close();
    this.#account = undefined;
  }
}

const CR = 0x0d;
const LF = 0x0a;
