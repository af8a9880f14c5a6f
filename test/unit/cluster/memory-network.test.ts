import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { HIGH_WATER } from '../../../gateway/cluster/link.ts';
import { LinkLog } from '../../support/cluster/link-log.ts';
import { MemoryNetwork } from '../../support/cluster/memory-network.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('links in memory', () => {
  async function started(network: MemoryNetwork, name: string) {
    const log = new LinkLog();
    const link = network.link(name);
    await link.start(log);
    return { link, log };
  }

  async function two(network = new MemoryNetwork()) {
    const [a, b] = [await started(network, 'a'), await started(network, 'b')];
    await turn();
    assert.deepEqual([a.log.take(), b.log.take()], [['up b'], ['up a']]);
    return { network, a, b };
  }

  it('deliver frames in order, one turn later', async () => {
    const { a, b } = await two();
    a.link.send('b', Buffer.from('1'));
    a.link.send('b', Buffer.from('2'));
    assert.deepEqual(b.log.take(), []);
    await turn();
    assert.deepEqual(b.log.take(), ['a: 1', 'a: 2']);
  });

  it('lose what is under way when they are cut, and deliver again when that is mended', async () => {
    const { network, a, b } = await two();
    a.link.send('b', Buffer.from('lost'));
    network.cut('a', 'b');
    a.link.send('b', Buffer.from('dropped'));
    network.mend('b', 'a');
    a.link.send('b', Buffer.from('new'));
    await turn();
    assert.deepEqual(a.log.take(), ['lost b', 'up b']);
    assert.deepEqual(b.log.take(), ['lost a', 'up a', 'a: new']);
  });

  it('tell of a crash, of an orderly end, and of a node that takes no new sessions', async () => {
    const { network, a, b } = await two();
    const c = await started(network, 'c');
    c.link.setAccepting(false);
    await turn();
    assert.deepEqual(a.log.take(), ['up c', 'up c (retiring)']);
    network.crash('b', false);
    await turn();
    assert.deepEqual(a.log.take(), ['lost b']);
    network.gone('b');
    await c.link.close();
    await turn();
    assert.deepEqual(a.log.take(), ['gone b', 'lost c', 'gone c']);
    assert.deepEqual(b.log.take(), ['up c', 'up c (retiring)']);
  });

  it('cut a node off, which knows it', async () => {
    const { network, a, b } = await two();
    network.isolate('a');
    await turn();
    assert.equal(a.link.isConnected, false);
    assert.deepEqual([a.log.take(), b.log.take()], [['lost b', 'cut off'], ['lost a']]);
    network.rejoin('a');
    await turn();
    assert.deepEqual([a.log.take(), b.log.take()], [['connected', 'up b'], ['up a']]);
  });

  it('ask a sender to wait, and tell it when to go on', async () => {
    const { a } = await two();
    assert.equal(a.link.send('b', Buffer.alloc(HIGH_WATER - 1)), true);
    assert.equal(a.link.send('b', Buffer.alloc(1)), false);
    await turn();
    await turn();
    assert.deepEqual(a.log.take(), ['drained b']);
    assert.equal(a.link.send('b', Buffer.alloc(1)), true);
  });

  it('take the time that a test sets, or wait until it lets go', async () => {
    const clock = new TestClock();
    const { network, a, b } = await two(new MemoryNetwork(clock));
    network.delay = 20;
    a.link.send('b', Buffer.from('late'));
    clock.advance(19);
    await turn();
    assert.deepEqual(b.log.take(), []);
    clock.advance(1);
    assert.deepEqual(b.log.take(), ['a: late']);
    network.delay = 0;
    network.hold();
    a.link.send('b', Buffer.from('held'));
    await turn();
    assert.deepEqual(b.log.take(), []);
    network.release();
    assert.deepEqual(b.log.take(), ['a: held']);
  });
});
