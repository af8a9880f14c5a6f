import assert from 'node:assert/strict';
import { KeepAlive } from '../../../gateway/channel/keep-alive.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the keep-alive of a connection', () => {
  it('reports silence after one interval at the latest, and again at each look', () => {
    const clock = new TestClock();
    let silences = 0;
    const keepAlive = new KeepAlive(clock, 1_000, () => silences++);
    keepAlive.active = true;
    clock.advance(500);
    assert.equal(silences, 0);
    clock.advance(500);
    assert.equal(silences, 1);
    clock.advance(500);
    assert.equal(silences, 2);
  });

  it('stays quiet while the connection is active, and sets no timer for activity', () => {
    const clock = new TestClock();
    const keepAlive = new KeepAlive(clock, 1_000, () => assert.fail('silent'));
    for (let half = 0; half < 5; half++) {
      keepAlive.active = true;
      keepAlive.active = true;
      assert.equal(clock.timers, 1);
      clock.advance(500);
    }
  });

  it('sets no timer for an interval of 0, and none after its end', () => {
    const clock = new TestClock();
    new KeepAlive(clock, 0, () => assert.fail('silent'));
    assert.equal(clock.timers, 0);
    new KeepAlive(clock, 1_000, () => assert.fail('silent')).stop();
    assert.equal(clock.timers, 0);
  });
});
