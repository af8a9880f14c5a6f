import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Bytes of lines that may wait for a slow reader. */
const MAX_WAITING = 1024 ** 2;

/** Where lines go. It may be slow, full or gone. */
export interface LineSink {
  /** Bytes that were written and not taken yet. */
  readonly waiting: number;
  /** False: the line is lost. */
  write(line: string): boolean;
  /** Calls back once, when nothing waits any more. */
  onceEmpty(callback: () => void): void;
}

/**
 * Writes lines and keeps at most `maxWaiting` bytes of them. Lines that find no room are dropped
 * and counted; `onRoom` gets their number as soon as a line can be written again.
 */
export class BoundedOutput {
  readonly #sink: LineSink;
  readonly #onRoom: (dropped: number) => void;
  readonly #maxWaiting: number;
  #dropped = 0;

  constructor(sink: LineSink, onRoom: (dropped: number) => void, maxWaiting = MAX_WAITING) {
    this.#sink = sink;
    this.#onRoom = onRoom;
    this.#maxWaiting = maxWaiting;
  }

  write(line: string): void {
    if (this.#sink.waiting + line.length > this.#maxWaiting) this.#drop();
    else if (!this.#sink.write(line)) this.#dropped++;
    // There is room for the report, too.
    else if (this.#sink.waiting < this.#maxWaiting / 2) this.#report();
  }

  #drop(): void {
    if (this.#dropped++ === 0) this.#sink.onceEmpty(() => this.#report());
  }

  #report(): void {
    const dropped = this.#dropped;
    if (dropped === 0) return;
    this.#dropped = 0;
    this.#onRoom(dropped);
  }
}

/** Lines on a stream, such as stderr. */
export function streamSink(stream: Writable): LineSink {
  // A reader that is gone (EPIPE) is no reason to end the process.
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return {
    get waiting() {
      return stream.writableLength;
    },
    write: (line) => {
      if (stream.writable) stream.write(line);
      return stream.writable;
    },
    onceEmpty: (callback) => void stream.once('drain', callback),
  };
}

/**
 * Lines in a file. They are written at once: Node's own stream for a file ends with the first
 * error, and a disk that is full now may have room later.
 */
export function fileSink(descriptor: number): LineSink {
  return {
    waiting: 0,
    write: (line) => {
      try {
        writeSync(descriptor, line);
        return true;
      } catch {
        return false;
      }
    },
    onceEmpty: () => {},
  };
}

/** The process's stderr: a pipe or a terminal is a stream, anything else a file. */
export function stderrSink(): LineSink {
  return process.stderr instanceof Socket ? streamSink(process.stderr) : fileSink(2);
}
