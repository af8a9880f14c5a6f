import assert from 'node:assert/strict';
import { HIGH_WATER, type Link, MAX_FRAME } from '../../../gateway/cluster/link.ts';
import { until } from '../until.ts';
import { LinkLog } from './link-log.ts';

/** A node of a suite: its link, and what the link reported. */
export interface SuiteNode {
  readonly link: Link;
  readonly log: LinkLog;
}

/** Links of one kind that can reach each other. */
export interface LinkKind {
  /** A link for a node of that name, not started. Called before each test anew. */
  link(name: string): Promise<Link>;
  /** Ends what `link` began. */
  end(): Promise<void>;
}

/** What every kind of link promises. */
export function linkSuite(kind: LinkKind): void {
  const nodes: SuiteNode[] = [];

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(({ link }) => link.close()));
    await kind.end();
  });

  async function start(name: string): Promise<SuiteNode> {
    const node = { link: await kind.link(name), log: new LinkLog() };
    nodes.push(node);
    await node.link.start(node.log);
    return node;
  }

  async function two(): Promise<[SuiteNode, SuiteNode]> {
    const pair: [SuiteNode, SuiteNode] = [await start('a'), await start('b')];
    await reported(pair[0], 'up b');
    await reported(pair[1], 'up a');
    for (const { log } of pair) log.take();
    return pair;
  }

  it('delivers frames of all sizes in order, both ways', async () => {
    const [a, b] = await two();
    const sizes = [0, 1, 5, 65_536, 300_000, 3, MAX_FRAME, 2];
    const frames = sizes.map((size, index) => Buffer.alloc(size, index + 65));
    const received: Buffer[][] = [[], []];
    a.log.received = (_from, frame) => void received[0]?.push(frame);
    b.log.received = (_from, frame) => void received[1]?.push(frame);
    for (const frame of frames) {
      a.link.send('b', frame);
      b.link.send('a', frame);
    }
    await until('all frames', () => received.every(({ length }) => length === frames.length));
    for (const side of received) {
      for (const [index, frame] of side.entries())
        assert.ok(frame.equals(frames[index] as Buffer), `${index}`);
    }
  });

  it('delivers many small frames in order', async () => {
    const [a, b] = await two();
    const received: number[] = [];
    b.log.received = (_from, frame) => void received.push(frame.readUInt32BE());
    for (let number = 0; number < 20_000; number++) {
      const frame = Buffer.alloc(4);
      frame.writeUInt32BE(number);
      a.link.send('b', frame);
      if (number % 100 === 0) await new Promise(setImmediate);
    }
    await until('all frames', () => received.length === 20_000);
    assert.ok(received.every((number, index) => number === index));
  });

  it('drops a frame for a node that is not up', async () => {
    const [a, b] = await two();
    assert.equal(a.link.send('unknown', Buffer.from('dropped')), true);
    a.link.send('b', Buffer.from('delivered'));
    await reported(b, 'a: delivered');
    assert.deepEqual(a.log.take(), []);
  });

  it('refuses a frame above the bound, and goes on', async () => {
    const [a, b] = await two();
    assert.throws(() => a.link.send('b', Buffer.alloc(MAX_FRAME + 1)), RangeError);
    a.link.send('b', Buffer.from('next'));
    await reported(b, 'a: next');
  });

  it('asks a sender to wait, and tells it when to go on', async () => {
    const [a] = await two();
    let sent = 0;
    while (a.link.send('b', Buffer.alloc(65_536))) sent += 65_536;
    assert.ok(sent < HIGH_WATER);
    await reported(a, 'drained b');
    assert.deepEqual(a.log.take(), ['drained b']);
  });

  it('tells who takes no new sessions, also those who come later', async () => {
    const [a, b] = await two();
    a.link.setAccepting(false);
    await reported(b, 'up a (retiring)');
    assert.deepEqual(b.log.take(), ['up a (retiring)']);
    const c = await start('c');
    await reported(c, 'up a (retiring)');
  });

  it('tells of an orderly end, behind the last frame', async () => {
    const [a, b] = await two();
    a.link.send('b', Buffer.from('last'));
    await a.link.close();
    await reported(b, 'gone a');
    assert.deepEqual(b.log.take(), ['a: last', 'lost a', 'gone a']);
    assert.deepEqual(a.log.take(), []);
  });
}

/** Resolves once a line was reported. */
export async function reported({ log }: SuiteNode, line: string): Promise<void> {
  await until(line, () => log.lines.includes(line));
}
