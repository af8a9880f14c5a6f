import assert from 'node:assert/strict';
import { flushSoon } from '../../../gateway/base/flush-queue.ts';

describe('a queue of what is written at the end of a turn', () => {
  it('flushes in the order of the calls, behind the present turn', async () => {
    const flushed: string[] = [];
    for (const name of ['a', 'b', 'c']) flushSoon({ flush: () => flushed.push(name) });
    assert.deepEqual(flushed, []);
    await Promise.resolve();
    assert.deepEqual(flushed, ['a', 'b', 'c']);
  });

  it('flushes what is added meanwhile, too', async () => {
    const flushed: string[] = [];
    flushSoon({
      flush: () => {
        flushed.push('first');
        flushSoon({ flush: () => flushed.push('second') });
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(flushed, ['first', 'second']);
  });
});
