import assert from 'node:assert/strict';
import type { Link, LinkListener, NodeInfo } from '../../../gateway/cluster/link.ts';

/**
 * A listener that sends numbered frames and checks those of others: nothing but frames of a node
 * that is up, none missing, none twice, none of an earlier time with that node.
 */
export class CheckedNode implements LinkListener {
  readonly link: Link;
  /** Nodes that are up. */
  readonly up = new Set<string>();
  readonly gone: string[] = [];
  /** Frames received in all. */
  frames = 0;
  /** How often each was up, and frames sent to it since. */
  readonly #times = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  /** Of each node: its time with this node that its frames are of, and the next number. */
  readonly #expected = new Map<string, { time: number; number: number }>();

  constructor(link: Link) {
    this.link = link;
  }

  /** Sends the next frame to a node. It is dropped if the node is not up. */
  send(to: string): void {
    const number = this.#sent.get(to) ?? 0;
    if (this.up.has(to)) this.#sent.set(to, number + 1);
    this.link.send(to, Buffer.from(`${this.#times.get(to) ?? 0} ${number}`));
  }

  nodeUp({ name }: NodeInfo): void {
    if (this.up.has(name)) return;
    this.up.add(name);
    this.#times.set(name, (this.#times.get(name) ?? 0) + 1);
    this.#sent.set(name, 0);
    const before = this.#expected.get(name)?.time ?? -1;
    this.#expected.set(name, { time: before, number: -1 });
  }

  nodeLost(name: string): void {
    assert.ok(this.up.delete(name), `${this.link.self} lost ${name}, which was not up`);
  }

  nodeGone(name: string): void {
    assert.ok(!this.up.has(name), `${name} is gone, but was not lost`);
    this.gone.push(name);
  }

  received(from: string, frame: Buffer): void {
    const where = `${from} to ${this.link.self}`;
    assert.ok(this.up.has(from), `a frame from ${where} while it is not up`);
    const [time, number] = frame.toString().split(' ').map(Number) as [number, number];
    const expected = this.#expected.get(from) as { time: number; number: number };
    if (expected.number === -1) {
      assert.ok(time > expected.time, `a frame from ${where} of an earlier time`);
      expected.time = time;
      expected.number = 0;
    }
    assert.equal(`${time} ${number}`, `${expected.time} ${expected.number}`, where);
    expected.number++;
    this.frames++;
  }

  drained(name: string): void {
    assert.ok(this.up.has(name), `${name} takes more, but is not up`);
  }

  connectionChanged(): void {}
}
