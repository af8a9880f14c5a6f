import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import { HIGH_WATER, UnsentWrites } from '../../../gateway/channel/unsent-writes.ts';

describe('writes that a connection has not sent', () => {
  const budgetOf = (memory: number): MemoryBudget => new MemoryBudget({ memory, memoryPerAddress: memory });
  const writesOn = (budget: MemoryBudget): UnsentWrites =>
    new UnsentWrites(() => budget.account('192.0.2.1'));

  it('are not counted while they are few and small', () => {
    const budget = budgetOf(1e9);
    const writes = writesOn(budget);
    for (let count = 0; count < 1_000; count++) assert.equal(writes.wrote(100, 0), false);
    assert.equal(writes.isFull, false);
    assert.equal(budget.held, 0);
  });

  it('fill a connection by their bytes, until it has sent enough of them', () => {
    const budget = budgetOf(1e9);
    const writes = writesOn(budget);
    assert.equal(writes.wrote(HIGH_WATER + 1, 0), true);
    assert.equal(writes.isFull, true);
    assert.ok(budget.held > HIGH_WATER);
    assert.equal(writes.flushed(HIGH_WATER + 1), false);
    assert.equal(writes.flushed(0), true);
    assert.equal(writes.isFull, false);
    assert.equal(budget.held, 0);
  });

  it('fill a connection by their number, however small they are', () => {
    const budget = budgetOf(1e9);
    const writes = writesOn(budget);
    let bytes = 0;
    for (let count = 0; count < 1_024; count++) {
      writes.wrote(1, bytes);
      bytes += 3;
    }
    assert.equal(writes.isFull, false);
    writes.wrote(1, bytes);
    assert.equal(writes.isFull, true);
    assert.ok(budget.held > 80 * bytes, `${budget.held} counted`);
  });

  it('fill a connection at once when the memory budget is used up, and a large one has no room', () => {
    const budget = budgetOf(100_000);
    const other = budget.account('192.0.2.9');
    other.set(100_000);
    const writes = writesOn(budget);
    writes.wrote(20_000, 0);
    assert.equal(writes.isFull, true);
    assert.equal(writes.hasRoomFor(1_000), true);
    assert.equal(writes.hasRoomFor(HIGH_WATER + 1), false);
    other.close();
    writes.flushed(0);
    assert.equal(writes.hasRoomFor(HIGH_WATER + 1), true);
    writes.close();
    assert.equal(budget.held, 0);
  });
});
