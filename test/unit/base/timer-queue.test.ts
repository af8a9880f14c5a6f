import assert from 'node:assert/strict';
import { TimerQueue } from '../../../gateway/base/timer-queue.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a queue of timers', () => {
  let clock: TestClock;
  let queue: TimerQueue;
  let called: string[];

  beforeEach(() => {
    clock = new TestClock();
    queue = new TimerQueue(clock);
    called = [];
  });

  const set = (name: string, delay: number) =>
    queue.setTimeout(() => called.push(`${name} at ${clock.now()}`), delay);

  it('calls each when it is due, in that order, and those of one time in the order of setting', () => {
    set('late', 300);
    set('first', 100);
    set('second', 100);
    set('soon', 0);
    clock.advance(299);
    assert.deepEqual(called, ['soon at 0', 'first at 100', 'second at 100']);
    clock.advance(1);
    assert.equal(called.at(-1), 'late at 300');
  });

  it('passes the argument', () => {
    queue.setTimeout((name: string) => called.push(name), 1, 'argument');
    clock.advance(1);
    assert.deepEqual(called, ['argument']);
  });

  it('needs one timer of its clock, and none when it is empty', () => {
    const timers = Array.from({ length: 100 }, (_, index) => set(String(index), 1000 - index));
    assert.equal(clock.timers, 1);
    for (const timer of timers) queue.clearTimeout(timer);
    assert.equal(clock.timers, 0);
    clock.advance(2000);
    assert.deepEqual(called, []);
  });

  it('may be cleared and set while one rings', () => {
    const second = set('second', 10);
    queue.setTimeout(() => {
      queue.clearTimeout(second);
      set('third', 5);
    }, 5);
    clock.advance(20);
    assert.deepEqual(called, ['third at 10']);
    queue.clearTimeout(second);
  });

  it('goes on behind one that throws', () => {
    queue.setTimeout(() => {
      throw new Error('on purpose');
    }, 5);
    set('next', 5);
    assert.throws(() => clock.advance(5), /on purpose/);
    clock.advance(1);
    assert.equal(called.length, 1);
  });

  it('takes delays that are longer than those of Node', () => {
    set('far', 3_000_000_000);
    clock.advance(2_999_999_999);
    assert.deepEqual(called, []);
    clock.advance(1);
    assert.equal(called.length, 1);
  });

  it('is a sorted row, whatever is set and cleared', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const expected: { name: string; due: number; timer: unknown }[] = [];
    for (let step = 0; step < 2000; step++) {
      if (random(3) === 0 && expected.length > 0) {
        const [gone] = expected.splice(random(expected.length), 1);
        queue.clearTimeout(gone?.timer);
      } else {
        const due = random(500);
        expected.push({ name: String(step), due, timer: set(String(step), due) });
      }
    }
    clock.advance(500);
    // `sort` is stable: those of one time stay in the order of setting.
    const names = expected.sort((a, b) => a.due - b.due).map(({ name, due }) => `${name} at ${due}`);
    assert.deepEqual(called, names, `seed ${seed}`);
  });
});
