import assert from 'node:assert/strict';
import { ByteQueue } from '../../../gateway/base/byte-queue.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';

describe('bytes in pieces', () => {
  const seed = seedFromEnvironment();

  it(`are put together in their order, whatever their sizes (FAULT_SEED=${seed})`, () => {
    const random = new Random(seed);
    const pieces = new ByteQueue();
    let expected = Buffer.alloc(0);
    for (let round = 0; round < 3_000; round++) {
      const piece = Buffer.alloc(random.chance(0.01) ? 40_000 : random.int(0, 3), round);
      pieces.push(piece);
      expected = Buffer.concat([expected, piece]);
      assert.equal(pieces.size, expected.length);
      if (!random.chance(0.005)) continue;
      assert.ok(pieces.join().equals(expected));
      expected = expected.subarray(random.int(0, 10));
      pieces.keep(expected);
    }
    assert.ok(pieces.take().equals(expected));
    assert.equal(pieces.size, 0);
    assert.equal(pieces.take().length, 0);
  });

  it('take a few times their size, also when each is one byte', () => {
    const pieces = new ByteQueue();
    const bytes = 256 * 1024;
    const before = usedMemory();
    // As they come from the network: each in memory of its own.
    for (let count = 0; count < bytes; count++) pieces.push(Buffer.allocUnsafeSlow(1));
    const taken = usedMemory() - before;
    assert.ok(taken < 8 * bytes, `${taken} bytes of memory`);
    assert.equal(pieces.take().length, bytes);
  });
});
