import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { JoinedLink } from '../../../gateway/cluster/joined-link.ts';
import { LinkLog } from '../../support/cluster/link-log.ts';
import { MemoryNetwork } from '../../support/cluster/memory-network.ts';

describe('several links as one', () => {
  let near: MemoryNetwork;
  let far: MemoryNetwork;

  beforeEach(() => {
    near = new MemoryNetwork();
    far = new MemoryNetwork();
  });

  async function joined() {
    const node = { link: new JoinedLink([near.link('a'), far.link('a')]), log: new LinkLog() };
    await node.link.start(node.log);
    return node;
  }

  async function single(network: MemoryNetwork, name: string) {
    const node = { link: network.link(name), log: new LinkLog() };
    await node.link.start(node.log);
    return node;
  }

  it('reach nodes of both', async () => {
    const a = await joined();
    const [b, c] = [await single(near, 'b'), await single(far, 'c')];
    await turn();
    assert.deepEqual(a.log.take(), ['up b', 'up c']);
    a.link.send('b', Buffer.from('near'));
    a.link.send('c', Buffer.from('far'));
    b.link.send('a', Buffer.from('1'));
    c.link.send('a', Buffer.from('2'));
    await turn();
    assert.deepEqual(
      [b.log.take(), c.log.take()],
      [
        ['up a', 'a: near'],
        ['up a', 'a: far'],
      ],
    );
    assert.deepEqual(a.log.take(), ['b: 1', 'c: 2']);
    assert.equal(a.link.send('unknown', Buffer.alloc(1)), true);
  });

  it('tell both who takes no new sessions, and that this node ends', async () => {
    const a = await joined();
    const [b, c] = [await single(near, 'b'), await single(far, 'c')];
    a.link.setAccepting(false);
    await turn();
    await a.link.close();
    await turn();
    for (const { log } of [b, c]) {
      assert.deepEqual(log.take(), ['up a', 'up a (retiring)', 'lost a', 'gone a']);
    }
  });

  it('are connected when both are', async () => {
    const a = await joined();
    await single(near, 'b');
    await single(far, 'c');
    await turn();
    a.log.take();
    far.isolate('a');
    await turn();
    assert.equal(a.link.isConnected, false);
    assert.deepEqual(a.log.take(), ['lost c', 'cut off']);
    far.rejoin('a');
    await turn();
    assert.deepEqual(a.log.take(), ['connected', 'up c']);
  });

  it('report a node gone that one of them reports, unless the other still reaches it', async () => {
    const a = await joined();
    await single(far, 'b');
    await turn();
    near.gone('b');
    await turn();
    assert.deepEqual(a.log.take(), ['up b']);
    far.crash('b');
    near.gone('unknown');
    await turn();
    assert.deepEqual(a.log.take(), ['lost b', 'gone b', 'gone unknown']);
  });

  it('reach a node that is on both over the one that came last, with an end of the time between', async () => {
    const a = await joined();
    const [b, other] = [await single(far, 'b'), await single(near, 'b')];
    await turn();
    assert.deepEqual(a.log.take(), ['up b', 'lost b', 'up b']);
    a.link.send('b', Buffer.from('x'));
    b.link.send('a', Buffer.from('late'));
    await turn();
    assert.deepEqual([b.log.take(), other.log.take()], [['up a'], ['up a', 'a: x']]);
    far.crash('b');
    await turn();
    assert.deepEqual(a.log.take(), []);
  });
});
