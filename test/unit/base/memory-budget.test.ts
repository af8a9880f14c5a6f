import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';

const LIMITS = { memory: 1000, memoryPerAddress: 400 };

describe('the memory budget', () => {
  it('counts in total and per address, and gives back what a holder held', () => {
    const budget = new MemoryBudget(LIMITS);
    const [first, second, third] = ['a', 'a', 'b'].map((address) => budget.account(address));
    first?.set(100);
    first?.set(60);
    second?.add(20);
    third?.add(30);
    third?.add(-10);
    assert.deepEqual([budget.held, budget.heldFor('a'), budget.heldFor('b')], [100, 80, 20]);
    first?.close();
    first?.close();
    first?.set(1000);
    assert.deepEqual([budget.held, budget.heldFor('a'), first?.bytes], [40, 20, 0]);
    second?.close();
    third?.close();
    assert.deepEqual([budget.held, budget.heldFor('a'), budget.heldFor('b')], [0, 0, 0]);
  });

  it('has room for a holder up to both bounds', () => {
    const budget = new MemoryBudget(LIMITS);
    const holder = budget.account('a');
    assert.deepEqual([holder.hasRoom(400), holder.hasRoom(401)], [true, false]);
    for (const address of ['b', 'c']) budget.account(address).set(400);
    assert.deepEqual([holder.hasRoom(200), holder.hasRoom(201)], [true, false]);
  });

  it('refuses new clients of one address above three quarters of its bound', () => {
    const budget = new MemoryBudget(LIMITS);
    const holder = budget.account('a');
    holder.set(300);
    budget.admit('a');
    holder.set(301);
    assert.throws(() => budget.admit('a'), { code: 'GW_MEMORY_PER_ADDRESS', status: 429 });
    budget.admit('b');
    assert.ok(holder.hasRoom(99), 'those who are connected go on');
  });

  it('refuses all new clients above three quarters of the whole', () => {
    const budget = new MemoryBudget(LIMITS);
    const holders = ['a', 'b', 'c'].map((address) => budget.account(address));
    for (const holder of holders) holder.set(250);
    budget.admit('d');
    holders[0]?.add(1);
    assert.throws(() => budget.admit('d'), { code: 'GW_MEMORY', status: 503 });
    holders[0]?.close();
    budget.admit('d');
  });
});
