import assert from 'node:assert/strict';
import { GRACE, Nodes } from '../../../gateway/cluster/nodes.ts';
import { rendezvous } from '../../../gateway/cluster/rendezvous.ts';
import { MemoryNetwork } from '../../support/cluster/memory-network.ts';
import { TestClock } from '../../support/test-clock.ts';

const up = (name: string, isAccepting = true) => ({ name, isAccepting });

describe('the nodes that one of them knows', () => {
  let clock: TestClock;
  let link: ReturnType<MemoryNetwork['link']>;
  let nodes: Nodes;
  let seen: string[];

  beforeEach(() => {
    clock = new TestClock();
    link = new MemoryNetwork(clock).link('a');
    nodes = new Nodes(link, clock);
    seen = [];
    clock.advance(GRACE);
  });

  const wait = (name: string): void => nodes.whenKnown(name, (outcome) => seen.push(outcome));

  it('are up at once', () => {
    nodes.nodeUp(up('b'));
    wait('b');
    assert.deepEqual(seen, ['up']);
  });

  it('are gone if they were never heard of', () => {
    wait('b');
    assert.deepEqual(seen, ['gone']);
  });

  it('are waited for when they were lost, and come back', () => {
    nodes.nodeUp(up('b'));
    nodes.nodeLost('b');
    wait('b');
    assert.deepEqual(seen, []);
    nodes.nodeUp(up('b'));
    clock.advance(GRACE);
    assert.deepEqual(seen, ['up']);
  });

  it('are unreachable when they do not come back', () => {
    nodes.nodeUp(up('b'));
    nodes.nodeLost('b');
    wait('b');
    clock.advance(GRACE - 1);
    assert.deepEqual(seen, []);
    clock.advance(1);
    assert.deepEqual([seen, clock.timers], [['unreachable'], 0]);
  });

  it('are gone while somebody waits', () => {
    nodes.nodeUp(up('b'));
    nodes.nodeLost('b');
    wait('b');
    nodes.nodeGone('b');
    assert.deepEqual([seen, clock.timers], [['gone'], 0]);
  });

  it('are not gone while the link is cut off', () => {
    link.isConnected = false;
    wait('b');
    clock.advance(GRACE);
    assert.deepEqual(seen, ['unreachable']);
  });

  it('are not gone at once when the link has come back', () => {
    nodes.connectionChanged();
    wait('b');
    assert.deepEqual(seen, []);
    clock.advance(GRACE);
    assert.deepEqual(seen, ['gone']);
  });

  it('own a key among those that take sessions', () => {
    nodes.nodeUp(up('b'));
    nodes.nodeUp(up('c', false));
    const owners = new Set(Array.from({ length: 100 }, (_, index) => nodes.ownerOf(`key ${index}`)));
    assert.deepEqual([...owners].sort(), ['a', 'b']);
    nodes.retire();
    assert.equal(nodes.ownerOf('key'), 'b');
    nodes.nodeLost('b');
    assert.equal(nodes.ownerOf('key'), 'a');
  });
});

describe('the owner of a key', () => {
  const names = ['a', 'b', 'c', 'd'];
  const keys = Array.from({ length: 4_000 }, (_, index) => `key ${index}`);

  it('is the same in any order of the names', () => {
    for (const key of keys.slice(0, 50)) {
      assert.equal(rendezvous(key, names), rendezvous(key, names.toReversed()));
    }
  });

  it('is each of them for about as many keys', () => {
    for (const name of names) {
      const share = keys.filter((key) => rendezvous(key, names) === name).length;
      assert.ok(share > 850 && share < 1_150, `${name} has ${share}`);
    }
  });

  it('stays the same when another node goes', () => {
    for (const key of keys.slice(0, 200)) {
      const owner = rendezvous(key, names);
      if (owner !== 'd') assert.equal(rendezvous(key, ['a', 'b', 'c']), owner);
    }
  });

  it('is nobody without names', () => {
    assert.equal(rendezvous('key', []), undefined);
  });
});
