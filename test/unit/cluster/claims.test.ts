import assert from 'node:assert/strict';
import { Claims } from '../../../gateway/cluster/claims.ts';
import { FrameReader, KIND } from '../../../gateway/cluster/frame.ts';
import type { LinkListener } from '../../../gateway/cluster/link.ts';
import { Nodes } from '../../../gateway/cluster/nodes.ts';
import { Questions } from '../../../gateway/cluster/questions.ts';
import { MemoryNetwork } from '../../support/cluster/memory-network.ts';
import { Random } from '../../support/random.ts';
import { TestClock } from '../../support/test-clock.ts';

/** A node that makes a session for a nonce when it is settled that it does. */
class Claimant {
  readonly made = new Set<string>();
  readonly name: string;
  readonly claims: Claims;
  readonly nodes: Nodes;
  readonly #clock: TestClock;
  readonly #network: MemoryNetwork;

  constructor(name: string, network: MemoryNetwork, clock: TestClock) {
    this.name = name;
    this.#clock = clock;
    this.#network = network;
    const link = network.link(name);
    this.nodes = new Nodes(link, clock);
    this.claims = new Claims(
      this.nodes,
      () => questions,
      (nonce) => this.made.has(nonce),
    );
    const questions = new Questions(
      this.nodes,
      clock,
      (to, frame) => link.send(to, frame),
      (_topic, text, from) => this.claims.answer(text, from),
    );
    const listener: LinkListener = {
      nodeUp: (node) => this.nodes.nodeUp(node),
      nodeLost: (lost) => this.nodes.nodeLost(lost),
      nodeGone: (gone) => this.nodes.nodeGone(gone),
      received: (from, bytes) => {
        const frame = new FrameReader(bytes);
        if (frame.kind === KIND.ask || frame.kind === KIND.answer) questions.received(from, frame);
      },
      drained: () => {},
      connectionChanged: () => {},
    };
    void link.start(listener);
  }

  /** Chosen for a nonce: makes the session here, or passes it on as a redirect does. */
  choose(nonce: string, all: ReadonlyMap<string, Claimant>): void {
    this.claims.settle(nonce, (owner) => {
      if (owner === this.name) this.made.add(nonce);
      else all.get(owner)?.choose(nonce, all);
    });
  }

  get clock(): TestClock {
    return this.#clock;
  }

  get network(): MemoryNetwork {
    return this.#network;
  }
}

describe('nodes that were chosen for the same nonce, a moment after their number changed,', () => {
  const turns = (count: number): Promise<void> =>
    count === 0 ? Promise.resolve() : new Promise((done) => setImmediate(() => turns(count - 1).then(done)));

  async function claimants(): Promise<Map<string, Claimant>> {
    const clock = new TestClock();
    const network = new MemoryNetwork(clock);
    const all = new Map(['a', 'b', 'c'].map((name) => [name, new Claimant(name, network, clock)]));
    await turns(5);
    return all;
  }

  const makers = (all: Map<string, Claimant>, nonce: string): string[] =>
    [...all.values()].filter(({ made }) => made.has(nonce)).map(({ name }) => name);

  it('agree on the lowest name if all ask at the same time', async () => {
    const all = await claimants();
    for (const one of all.values()) one.choose('n', all);
    await turns(50);
    assert.deepEqual(makers(all, 'n'), ['a']);
  });

  it('agree on the one that has made the session already', async () => {
    const all = await claimants();
    all.get('c')?.choose('n', all);
    await turns(50);
    all.get('a')?.choose('n', all);
    await turns(50);
    assert.deepEqual(makers(all, 'n'), ['c']);
  });

  it('agree whenever each of them is chosen', async () => {
    const random = new Random(Math.floor(Math.random() * 2 ** 32));
    const all = await claimants();
    const nonces = Array.from({ length: 200 }, (_, index) => `nonce ${index}`);
    const chosen = nonces.map(async (nonce) => {
      await Promise.all(
        [...all.values()].map(async (one) => {
          await turns(random.int(0, 6));
          one.choose(nonce, all);
        }),
      );
    });
    await Promise.all(chosen);
    await turns(100);
    const wrong = nonces.filter((nonce) => makers(all, nonce).length !== 1);
    assert.deepEqual(wrong, [], `seed ${random.seed}`);
  });

  it('ask nobody when their number has not changed for a while', async () => {
    const all = await claimants();
    const a = all.get('a') as Claimant;
    a.clock.advance(10_001);
    a.network.hold();
    a.choose('n', all);
    assert.deepEqual(makers(all, 'n'), ['a']);
  });

  it('go on without a node that does not answer', async () => {
    const all = await claimants();
    const a = all.get('a') as Claimant;
    a.network.hold();
    a.choose('n', all);
    assert.deepEqual(makers(all, 'n'), []);
    a.clock.advance(251);
    assert.deepEqual(makers(all, 'n'), ['a']);
  });
});
