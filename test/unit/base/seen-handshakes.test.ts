import assert from 'node:assert/strict';
import { SeenHandshakes } from '../../../gateway/base/seen-handshakes.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the handshakes that were seen', () => {
  it('are known for 15 s, the last one of a browser', () => {
    const clock = new TestClock();
    const seen = new SeenHandshakes(clock);
    seen.add('a', 'refused');
    seen.add('a', 'stripped');
    clock.advance(15_000);
    assert.equal(seen.find('a')?.end, 'stripped');
    assert.equal(seen.find('b'), undefined);
    clock.advance(1);
    assert.equal(seen.find('a'), undefined);
  });

  it('are over at once unless they were accepted, and new for two seconds', () => {
    const clock = new TestClock();
    const seen = new SeenHandshakes(clock);
    const open = seen.add('a', 'accepted');
    seen.add('b', 'refused');
    const [a, b] = [seen.find('a'), seen.find('b')];
    assert.deepEqual([a?.isOver, a?.isNew, b?.isOver], [false, true, true]);
    clock.advance(2_000);
    open.isOver = true;
    assert.deepEqual([a?.isOver, a?.isNew], [true, false]);
  });

  it('are never more than 10,000, the oldest of which go', () => {
    const seen = new SeenHandshakes(new TestClock());
    for (let i = 0; i <= 10_000; i++) seen.add(String(i), 'refused');
    assert.equal(seen.find('0'), undefined);
    assert.equal(seen.find('1')?.end, 'refused');
    assert.equal(seen.find('10000')?.end, 'refused');
  });
});
