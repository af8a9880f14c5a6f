import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import { BusLink, TICK } from '../../../gateway/cluster/bus-link.ts';
import { CheckedNode } from '../../support/cluster/checked-node.ts';
import { LinkLog } from '../../support/cluster/link-log.ts';
import { MemoryBroker } from '../../support/cluster/memory-broker.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the link over a bus that may lose messages', () => {
  let clock: TestClock;
  let broker: MemoryBroker;

  beforeEach(() => {
    clock = new TestClock();
    broker = new MemoryBroker();
  });

  function make(self: string, machine?: string, log: Log = silentLog) {
    const bus = broker.bus(self);
    return { bus, link: new BusLink({ self, bus, log, clock, machine }) };
  }

  async function started(self: string, machine?: string, log?: Log) {
    const node = { ...make(self, machine, log), log: new LinkLog() };
    await node.link.start(node.log);
    broker.deliverAll();
    return node;
  }

  /** Moves time on, tick by tick, with everything delivered in between. */
  function pass(milliseconds: number): void {
    for (let rest = milliseconds; rest > 0; rest -= TICK) {
      clock.advance(Math.min(TICK, rest));
      broker.deliverAll();
    }
  }

  async function two() {
    const [a, b] = [await started('a'), await started('b')];
    assert.deepEqual(
      [a.log.take(), b.log.take()],
      [
        ['connected', 'up b'],
        ['connected', 'up a'],
      ],
    );
    return [a, b] as const;
  }

  it('makes two nodes known to each other without waiting for a tick', async () => {
    await two();
  });

  it('reports a node lost of which nothing comes, and up again, but never gone', async () => {
    const [a, b] = await two();
    broker.setUnheard('b', true);
    pass(3 * TICK);
    assert.deepEqual(a.log.take(), []);
    pass(TICK);
    assert.deepEqual(a.log.take(), ['lost b']);
    pass(60_000);
    assert.deepEqual(a.log.take(), []);
    broker.setUnheard('b', false);
    pass(2 * TICK);
    assert.deepEqual(a.log.take(), ['up b']);
    assert.deepEqual(b.log.take(), ['lost a', 'cut off', 'connected', 'up a']);
  });

  it('reports a node gone when for a second nobody is there, within a second and a half', async () => {
    const [a] = await two();
    broker.disconnect('b');
    pass(2 * TICK);
    assert.deepEqual(a.log.take(), ['lost b']);
    pass(3 * TICK);
    assert.deepEqual(a.log.take(), []);
    pass(TICK);
    assert.deepEqual(a.log.take(), ['gone b']);
  });

  it('reports a node lost as soon as a frame for it finds nobody', async () => {
    const [a] = await two();
    broker.disconnect('b');
    a.link.send('b', Buffer.from('in vain'));
    await turn();
    broker.deliverAll();
    assert.deepEqual(a.log.take(), ['lost b']);
  });

  it('does not report a node gone that connects again within a second', async () => {
    const [a, b] = await two();
    broker.disconnect('b');
    pass(4 * TICK);
    broker.connect(b.bus);
    broker.deliverAll();
    pass(10_000);
    assert.deepEqual(a.log.take(), ['lost b', 'up b']);
    assert.deepEqual(b.log.take(), ['lost a', 'cut off', 'connected', 'up a']);
  });

  it('gives a node that was lost and came back five seconds for a minute', async () => {
    const [a, b] = await two();
    for (const [wait, longest] of [
      [1_000, 5_000],
      [61_000, 1_000],
    ] as const) {
      broker.disconnect('b');
      pass(2 * TICK);
      broker.connect(b.bus);
      broker.deliverAll();
      pass(wait);
      assert.deepEqual(a.log.take(), ['lost b', 'up b']);
      broker.disconnect('b');
      pass(longest);
      assert.deepEqual(a.log.take(), ['lost b']);
      pass(2 * TICK);
      assert.deepEqual(a.log.take(), ['gone b']);
      broker.connect(b.bus);
      broker.deliverAll();
      assert.deepEqual(a.log.take(), ['up b']);
    }
  });

  it('gives others five seconds to connect again after its own connection was lost', async () => {
    const [a, b] = await two();
    broker.disconnect('a');
    broker.disconnect('b');
    broker.connect(a.bus);
    pass(5_000 - TICK);
    assert.deepEqual(a.log.take(), ['lost b', 'cut off', 'connected']);
    pass(2 * TICK);
    assert.deepEqual(a.log.take(), ['gone b']);
    broker.connect(b.bus);
    broker.deliverAll();
    assert.deepEqual(a.log.take(), ['up b']);
  });

  it('knows by its own sign of life that the bus does not answer', async () => {
    const [a] = await two();
    broker.setUnheard('a', true);
    pass(4 * TICK);
    assert.equal(a.link.isConnected, false);
    assert.deepEqual(a.log.take(), ['lost b', 'cut off']);
    broker.setUnheard('a', false);
    pass(TICK);
    assert.equal(a.link.isConnected, true);
  });

  it('ends the time with a node on both sides when a message is lost', async () => {
    const [a, b] = await two();
    const random = new Random(1);
    a.link.send('b', Buffer.from('1'));
    await turn();
    broker.drop(random);
    // Both belong to a time that is over when the first of them has come.
    for (const text of ['2', '3']) {
      a.link.send('b', Buffer.from(text));
      await turn();
    }
    broker.deliverAll();
    assert.deepEqual(a.log.take(), ['lost b', 'up b']);
    assert.deepEqual(b.log.take(), ['lost a', 'up a']);
    a.link.send('b', Buffer.from('4'));
    await turn();
    broker.deliverAll();
    assert.deepEqual(b.log.take(), ['a: 4']);
  });

  it('notices within a tick that the last message was lost', async () => {
    const [a, b] = await two();
    a.link.send('b', Buffer.from('1'));
    await turn();
    broker.drop(new Random(1));
    pass(TICK);
    assert.deepEqual(a.log.take(), ['lost b', 'up b']);
    assert.deepEqual(b.log.take(), ['lost a', 'up a']);
  });

  it('cuts frames that are longer than a message may be', async () => {
    const [a, b] = await two();
    a.link.send('b', Buffer.alloc(200_000, 'x'));
    a.link.send('b', Buffer.from('y'));
    await turn();
    broker.deliverAll();
    assert.deepEqual(b.log.take(), ['a: 200000 bytes', 'a: y']);
  });

  it('leaves nodes of the same machine to another link', async () => {
    const a = await started('a', 'one');
    const b = await started('b', 'one');
    const c = await started('c', 'two');
    assert.deepEqual(a.log.take(), ['connected', 'up c']);
    assert.deepEqual(b.log.take(), ['connected', 'up c']);
    assert.deepEqual(c.log.take().sort(), ['connected', 'up a', 'up b']);
  });

  it('refuses another release with one line, and ignores what is no message', async () => {
    const lines: string[] = [];
    const warn: Log['warn'] = (message, fields) => void lines.push(`${message} ${fields?.node}`);
    const a = await started('a', undefined, { ...silentLog, warn });
    const stranger = broker.bus('z');
    broker.connect(stranger);
    const presence = { version: 9, oldest: 9, name: 'z', isAccepting: true, isLeaving: false };
    for (const payload of [JSON.stringify(presence), JSON.stringify(presence), '{}', '[', '{"name":"a b"}']) {
      stranger.announce(Buffer.from(payload));
    }
    for (const payload of [
      '',
      'x',
      '\x01\x00',
      `\x01\x01${'\0'.repeat(12)}\x01z`,
      `\x01\x09${'\0'.repeat(12)}\xffz`,
    ]) {
      stranger.sendTo('a', Buffer.from(payload, 'latin1'));
    }
    broker.deliverAll();
    assert.deepEqual(lines, ['a process of another release speaks no common version z']);
    assert.deepEqual(a.log.take(), ['connected']);
  });

  it('keeps order and leaves no gap, whatever is lost, and both sides agree in the end', async function () {
    this.timeout(60_000);
    const seed = seedFromEnvironment();
    console.log(`      FAULT_SEED=${seed}`);
    let frames = 0;
    for (let run = 0; run < 40; run++) {
      const random = new Random(seed).fork(run);
      clock = new TestClock();
      broker = new MemoryBroker();
      frames += await flap(random);
    }
    assert.ok(frames > 1_000, `${frames} frames`);
  });

  async function flap(random: Random): Promise<number> {
    const names = ['a', 'b', 'c'];
    const nodes = await Promise.all(
      names.map(async (name) => {
        const { bus, link } = make(name);
        const node = new CheckedNode(link);
        await link.start(node);
        return { name, bus, node };
      }),
    );
    const actions = [
      ...Array(30).fill(() => random.pick(nodes).node.send(random.pick(names))),
      ...Array(60).fill(() => broker.deliver(random)),
      ...Array(4).fill(() => clock.advance(TICK)),
      () => broker.drop(random),
      () => broker.disconnect(random.pick(names)),
      () => broker.setUnheard(random.pick(names), true),
      ...Array(6).fill(() => {
        const { name, bus } = random.pick(nodes);
        broker.setUnheard(name, false);
        if (!bus.isConnected) broker.connect(bus);
      }),
      () => random.pick(nodes).node.link.setAccepting(random.chance(0.5)),
    ];
    for (let step = 0; step < 1_000; step++) {
      random.pick(actions)();
      if (random.chance(0.3)) await turn();
    }
    for (const { name, bus } of nodes) {
      broker.setUnheard(name, false);
      if (!bus.isConnected) broker.connect(bus);
    }
    await turn();
    pass(6_000);
    for (const { name, node } of nodes) {
      assert.deepEqual(
        [...node.up].sort(),
        names.filter((other) => other !== name),
        `of ${name}`,
      );
    }
    const before = nodes.map(({ node }) => node.frames);
    for (const { node } of nodes) for (const name of names) node.send(name);
    await turn();
    broker.deliverAll();
    assert.deepEqual(
      nodes.map(({ node }, index) => node.frames - (before[index] as number)),
      [2, 2, 2],
    );
    await Promise.all(nodes.map(({ node }) => node.link.close()));
    return before.reduce((sum, count) => sum + count, 0);
  }
});
