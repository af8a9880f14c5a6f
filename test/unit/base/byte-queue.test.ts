import assert from 'node:assert/strict';
import { ByteQueue } from '../../../gateway/base/byte-queue.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';

describe('bytes in chunks', () => {
  const seed = seedFromEnvironment();

  it(`are joined in their order, whatever their sizes (FAULT_SEED=${seed})`, () => {
    const random = new Random(seed);
    const queue = new ByteQueue();
    let expected = Buffer.alloc(0);
    for (let round = 0; round < 3_000; round++) {
      const chunk = Buffer.alloc(random.chance(0.01) ? 40_000 : random.int(0, 3), round);
      queue.push(chunk);
      expected = Buffer.concat([expected, chunk]);
      assert.equal(queue.size, expected.length);
      if (!random.chance(0.005)) continue;
      assert.ok(queue.join().equals(expected));
      expected = expected.subarray(random.int(0, 10));
      queue.keep(expected);
    }
    assert.ok(queue.take().equals(expected));
    assert.equal(queue.size, 0);
    assert.equal(queue.take().length, 0);
  });

  it('take little more than their size, also when each is one byte', () => {
    const queue = new ByteQueue();
    const bytes = 256 * 1024;
    const before = usedMemory();
    // As they come from the network: each in memory of its own.
    for (let count = 0; count < bytes; count++) queue.push(Buffer.allocUnsafeSlow(1));
    const taken = usedMemory() - before;
    assert.ok(taken < 2 * bytes, `${taken} bytes of memory`);
    assert.equal(queue.take().length, bytes);
  });
});
