import type { Bus } from './bus.ts';
import { headLength, type MessageHead, MessageKind, writeHead } from './bus-message.ts';
import type { LinkListener } from './link.ts';
import { RecordBatch, RecordKind } from './record-batch.ts';
import { RecordReader } from './record-reader.ts';

/**
 * Where another node on the bus is.
 *
 * | state    | meaning                                   | left by                        |
 * |----------|-------------------------------------------|--------------------------------|
 * | greeting | it lives; the two agree on their epochs   | its hello, silence             |
 * | up       | frames go both ways                       | a gap, its new epoch, silence  |
 * | silent   | nothing has come from it for a while      | a message of it, or it is gone |
 */
export type BusPeerState = 'greeting' | 'up' | 'silent';

const NEXT_STATES: Readonly<Record<BusPeerState, readonly BusPeerState[]>> = {
  greeting: ['up', 'silent'],
  up: ['greeting', 'silent'],
  silent: ['greeting'],
};

/** Bytes of a message: it holds others up, and the server gives it to each receiver as a whole. */
export const MAX_MESSAGE = 256 * 1024;

/** What a peer needs of its link. */
export interface BusPeerContext {
  readonly self: string;
  readonly bus: Bus;
  readonly listener: () => LinkListener;
  /** The presence of this node. */
  readonly presence: () => Buffer;
  /** An epoch that was never used before. */
  readonly newEpoch: () => number;
  /** Milliseconds of the clock. */
  readonly now: () => number;
  /** It said that it ends. */
  readonly left: (name: string) => void;
  readonly log: (message: string, node: string) => void;
}

/**
 * Another node on a bus that may lose messages. Each side has an epoch, which it changes whenever
 * something may be lost, and says so in a hello until the other has confirmed it. Chunks carry both
 * epochs and a number. So what is read between `nodeUp` and `nodeLost` has no gap, and nothing that
 * was sent before comes after.
 */
export class BusPeer {
  readonly name: string;
  readonly #context: BusPeerContext;
  #state: BusPeerState = 'greeting';
  isAccepting: boolean;
  /** Ticks since anything came from it. */
  missed = 0;
  /** When nobody was there to receive a message for it, first: ms of the clock. */
  unreachableSince: number | undefined;
  /** It was heard since the bus changed. */
  isSettled = true;
  /** When it came back last, after it was up and lost. */
  returnedAt = Number.NEGATIVE_INFINITY;
  #wasUp = false;
  #epoch: number;
  #theirEpoch = 0;
  /** Chunks of these epochs. */
  #sent = 0;
  #probed = 0;
  #received = 0;
  readonly #batch = new RecordBatch();
  #reader: RecordReader | undefined;

  constructor(name: string, isAccepting: boolean, context: BusPeerContext) {
    this.name = name;
    this.isAccepting = isAccepting;
    this.#context = context;
    this.#epoch = context.newEpoch();
  }

  get state(): BusPeerState {
    return this.#state;
  }

  /** Bytes that have not been sent. */
  get waiting(): number {
    return this.#batch.size;
  }

  push(kind: number, content: Buffer): void {
    this.#batch.push(kind, content);
  }

  /** Sends what waits. Answers how many bytes that was. */
  flush(): number {
    if (this.#batch.size === 0 || this.#state !== 'up') return 0;
    const { bus, self } = this.#context;
    const limit = Math.min(MAX_MESSAGE, bus.maxPayload);
    let bytes = 0;
    for (const chunk of this.#batch.take(headLength(self), limit)) {
      writeHead(chunk, this.#head(MessageKind.chunk, this.#sent));
      this.#sent = (this.#sent + 1) >>> 0;
      bytes += chunk.length;
      bus.sendTo(this.name, chunk);
    }
    return bytes;
  }

  /** It takes new sessions, or no more. */
  setAccepting(isAccepting: boolean): void {
    if (this.isAccepting === isAccepting) return;
    this.isAccepting = isAccepting;
    if (this.#state === 'up') this.#reportUp();
  }

  /** Something came from it. */
  heard(): void {
    this.missed = 0;
    this.unreachableSince = undefined;
    this.isSettled = true;
    if (this.#state === 'silent') this.#enter('greeting');
  }

  /** Says the epochs again, until the other confirms them: messages may be lost. */
  greet(): void {
    const { self, presence, bus } = this.#context;
    const length = headLength(self);
    const hello = Buffer.concat([Buffer.alloc(length), presence()]);
    writeHead(hello, this.#head(MessageKind.hello, this.#state === 'up' ? 1 : 0));
    bus.sendTo(this.name, hello);
  }

  /** Some of what was sent was not followed by a probe. */
  get isUnprobed(): boolean {
    return this.#state === 'up' && this.#sent !== this.#probed;
  }

  /** Lets the other side see whether the last chunk was lost, and the bus whether it is there. */
  probe(): void {
    const probe = Buffer.alloc(headLength(this.#context.self));
    writeHead(probe, this.#head(MessageKind.probe, this.#sent));
    this.#probed = this.#sent;
    this.#context.bus.sendTo(this.name, probe);
  }

  /** A probe of it came. */
  probed(head: MessageHead): void {
    if (this.#isOfNow(head) && this.#state === 'up' && head.number !== this.#received) this.#lose('a gap');
  }

  /** A hello of it came. */
  greeted({ epoch, toEpoch, number: isUp }: MessageHead): void {
    // From before a hello that has been read already.
    if (epoch < this.#theirEpoch) return;
    if (epoch > this.#theirEpoch) {
      this.#theirEpoch = epoch;
      if (this.#state === 'up') {
        this.#lose('it has lost this node');
        return;
      }
    }
    if (this.#state === 'up') {
      // It has missed the hello that said so.
      if (isUp === 0) this.greet();
    } else if (toEpoch === this.#epoch) this.#enterUp();
    else this.greet();
  }

  /** A chunk of it came. */
  readChunk(head: MessageHead, records: Buffer): void {
    if (!this.#isOfNow(head)) return;
    const { number } = head;
    // It knows this node's epoch, and its hello was lost. The number tells if more was lost.
    if (this.#state === 'greeting') this.#enterUp();
    if (number !== this.#received) {
      this.#lose('a gap');
      return;
    }
    this.#received = (number + 1) >>> 0;
    try {
      this.#reader?.read(records);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#lose(error.message);
    }
  }

  /** Nothing comes from it any more. */
  silence(reason: string): void {
    if (this.#state === 'silent') return;
    const wasUp = this.#forget('silent', reason);
    if (wasUp) this.#context.listener().nodeLost(this.name);
  }

  /** False: it was sent in a time that is over. */
  #isOfNow({ epoch, toEpoch }: MessageHead): boolean {
    return epoch === this.#theirEpoch && toEpoch === this.#epoch;
  }

  #lose(reason: string): void {
    this.#forget('greeting', reason);
    this.greet();
    this.#context.listener().nodeLost(this.name);
  }

  /** All that was sent and received belongs to the past. Answers whether the node was up. */
  #forget(state: 'greeting' | 'silent', reason: string): boolean {
    const wasUp = this.#state === 'up';
    if (wasUp) this.#context.log(reason, this.name);
    this.#epoch = this.#context.newEpoch();
    this.#batch.clear();
    this.#enter(state);
    return wasUp;
  }

  #enterUp(): void {
    this.#sent = 0;
    this.#probed = 0;
    this.#received = 0;
    this.#reader = this.#newReader();
    this.#enter('up');
    if (this.#wasUp) this.returnedAt = this.#context.now();
    this.#wasUp = true;
    // It may not know yet that this node knows its epoch.
    this.greet();
    this.#reportUp();
  }

  #reportUp(): void {
    this.#context.listener().nodeUp({ name: this.name, isAccepting: this.isAccepting });
  }

  /** Reads until the listener, or what was read, has ended this time with it. */
  #newReader(): RecordReader {
    const epoch = this.#epoch;
    return new RecordReader((kind, content) => {
      if (kind === RecordKind.frame) this.#context.listener().received(this.name, content);
      else if (kind === RecordKind.bye) this.#context.left(this.name);
      return this.#state === 'up' && this.#epoch === epoch;
    });
  }

  #head(kind: number, number: number): MessageHead {
    const { self } = this.#context;
    return { kind, from: self, epoch: this.#epoch, toEpoch: this.#theirEpoch, number };
  }

  /** The only way from one state to another. */
  #enter(state: BusPeerState): void {
    const before = this.#state;
    if (!NEXT_STATES[before].includes(state)) throw new Error(`a node went from ${before} to ${state}`);
    this.#state = state;
  }
}
