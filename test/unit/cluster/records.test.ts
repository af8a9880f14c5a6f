import assert from 'node:assert/strict';
import { MAX_FRAME } from '../../../gateway/cluster/link.ts';
import { RECORD_HEAD, RecordBatch } from '../../../gateway/cluster/record-batch.ts';
import { RecordReader } from '../../../gateway/cluster/record-reader.ts';

const RECORDS = ['', 'a', 'bc', '', 'a record that is longer than the others', 'x'];

describe('records', () => {
  function batch(): RecordBatch {
    const made = new RecordBatch();
    for (const [kind, text] of RECORDS.entries()) made.push(kind, Buffer.from(text));
    return made;
  }

  function read(chunks: readonly Buffer[]): string[] {
    const found: string[] = [];
    const reader = new RecordReader((kind, content) => {
      assert.equal(kind, found.length);
      found.push(content.toString());
      return true;
    });
    for (const chunk of chunks) reader.read(chunk);
    return found;
  }

  it('are one chunk if they fit', () => {
    const made = batch();
    const { size } = made;
    const chunks = made.take(3, Number.POSITIVE_INFINITY);
    assert.deepEqual([chunks.length, chunks[0]?.length, made.size], [1, size + 3, 0]);
  });

  it('are read from chunks of every size, behind what the sender has kept for itself', () => {
    for (let limit = 4; limit < 100; limit++) {
      const chunks = batch().take(3, limit);
      assert.ok(chunks.every(({ length }) => length > 3 && length <= limit));
      assert.deepEqual(read(chunks.map((chunk) => chunk.subarray(3))), RECORDS, `chunks of ${limit}`);
    }
  });

  it('are read wherever the bytes are cut', () => {
    const [whole] = batch().take(0, Number.POSITIVE_INFINITY) as [Buffer];
    for (let cut = 0; cut <= whole.length; cut++) {
      assert.deepEqual(read([whole.subarray(0, cut), whole.subarray(cut)]), RECORDS, `cut at ${cut}`);
    }
  });

  it('are read no further when the reader has no use for them', () => {
    const found: number[] = [];
    const reader = new RecordReader((kind) => found.push(kind) < 2);
    for (const chunk of batch().take(0, Number.POSITIVE_INFINITY)) reader.read(chunk);
    assert.deepEqual(found, [0, 1]);
  });

  it('above the bound are refused before they are there', () => {
    const head = Buffer.alloc(RECORD_HEAD);
    head.writeUInt32BE(MAX_FRAME + 1);
    assert.throws(() => read([head]), RangeError);
  });
});
