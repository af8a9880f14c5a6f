import assert from 'node:assert/strict';
import { flushSoon, isInTurn, runTurn } from '../../../gateway/base/flush-queue.ts';

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

  it('flushes at the end of what one event brings, before any microtask', async () => {
    const order: string[] = [];
    const act = (target: string, event: string): void => {
      queueMicrotask(() => order.push('microtask'));
      flushSoon({ flush: () => order.push(`${target} ${event}`) });
      order.push('acted');
    };
    runTurn(act, 'flushed', 'once');
    assert.deepEqual(order, ['acted', 'flushed once']);
    await Promise.resolve();
    assert.deepEqual(order, ['acted', 'flushed once', 'microtask']);
  });

  it('flushes behind an event that throws, and goes on with the others behind a target that does', async () => {
    const flushed: string[] = [];
    const act = (): void => {
      flushSoon({ flush: () => flushed.push('first') });
      throw new Error('broken');
    };
    assert.throws(() => runTurn(act, undefined, undefined), /broken/);
    assert.deepEqual(flushed, ['first']);
    const actTwice = (): void => {
      flushSoon({
        flush: () => {
          throw new Error('broken');
        },
      });
      flushSoon({ flush: () => flushed.push('second') });
    };
    assert.throws(() => runTurn(actTwice, undefined, undefined), /broken/);
    await Promise.resolve();
    assert.deepEqual(flushed, ['first', 'second']);
  });

  it('keeps the order of what was put in before an event', async () => {
    const flushed: string[] = [];
    flushSoon({ flush: () => flushed.push('before') });
    runTurn(() => flushSoon({ flush: () => flushed.push('within') }), undefined, undefined);
    await Promise.resolve();
    assert.deepEqual(flushed, ['before', 'within']);
  });

  it('flushes at the end of the outermost of several events, also what its targets put in', () => {
    const flushed: string[] = [];
    const inner = (): void => {
      flushSoon({ flush: () => flushed.push('inner') });
    };
    const outer = (): void => {
      assert.ok(isInTurn());
      runTurn(inner, undefined, undefined);
      assert.equal(flushed.length, 0);
      flushSoon({ flush: () => flushSoon({ flush: () => flushed.push('put in') }) });
    };
    runTurn(outer, undefined, undefined);
    assert.deepEqual(flushed, ['inner', 'put in']);
    assert.ok(!isInTurn());
  });
});
