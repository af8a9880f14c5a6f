import { ByteQueue } from '../base/byte-queue.ts';
import { MAX_FRAME } from './link.ts';
import { RECORD_HEAD } from './record-batch.ts';

/** Takes one record. False: the rest is of no interest any more. */
export type OnRecord = (kind: number, content: Buffer) => boolean;

/** Finds the records in what another node sent. Whole records are not copied. */
export class RecordReader {
  readonly #onRecord: OnRecord;
  /** The beginning of a record. */
  readonly #rest = new ByteQueue();
  /** Bytes that `#rest` needs before there is anything to read. */
  #needed = RECORD_HEAD;

  constructor(onRecord: OnRecord) {
    this.#onRecord = onRecord;
  }

  /** Throws a `RangeError` for a record that is longer than a frame may be. */
  read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest.size > 0) {
      this.#rest.push(chunk);
      if (this.#rest.size < this.#needed) return;
      bytes = this.#rest.take();
    }
    let at = 0;
    this.#needed = RECORD_HEAD;
    while (bytes.length - at >= RECORD_HEAD) {
      const length = bytes.readUInt32BE(at);
      if (length > MAX_FRAME) throw new RangeError(`a record of ${length} bytes`);
      const end = at + RECORD_HEAD + length;
      if (end > bytes.length) {
        this.#needed = RECORD_HEAD + length;
        break;
      }
      if (!this.#onRecord(bytes[at + 4] as number, bytes.subarray(at + RECORD_HEAD, end))) return;
      at = end;
    }
    if (at < bytes.length) this.#rest.push(bytes.subarray(at));
  }
}
