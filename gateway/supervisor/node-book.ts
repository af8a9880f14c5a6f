import type { Clock } from '../base/clock.ts';
import type { NodeAddress, ToWorker } from './messages.ts';

/** Milliseconds that others have to say that they know a new node: one may hang. */
const ANNOUNCE_TIMEOUT = 2_000;

/** A worker that has been started. */
export interface Member {
  send(message: ToWorker): void;
}

/** Who exists. Each worker hears of every node before that node gets its first connection. */
export class NodeBook {
  readonly #clock: Clock;
  readonly #members = new Map<Member, NodeAddress | undefined>();
  /** Who has yet to say that it knows a node, by the node's name. */
  readonly #unsaid = new Map<string, { readonly members: Set<Member>; readonly done: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The nodes of all members. */
  get nodes(): readonly NodeAddress[] {
    return [...this.#members.values()].filter((node) => node !== undefined);
  }

  /** From now on it hears of new nodes. It knows the present ones. */
  add(member: Member): void {
    this.#members.set(member, undefined);
  }

  /** Resolves when all others know the node of this member. */
  announce(member: Member, node: NodeAddress): Promise<void> {
    this.#members.set(member, node);
    const others = [...this.#members.keys()].filter((other) => other !== member);
    for (const other of others) other.send({ kind: 'node-added', node });
    if (others.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const late = this.#clock.setTimeout(() => done(), ANNOUNCE_TIMEOUT);
      const done = (): void => {
        this.#clock.clearTimeout(late);
        this.#unsaid.delete(node.name);
        resolve();
      };
      this.#unsaid.set(node.name, { members: new Set(others), done });
    });
  }

  knows(member: Member, name: string): void {
    const unsaid = this.#unsaid.get(name);
    if (unsaid?.members.delete(member) && unsaid.members.size === 0) unsaid.done();
  }

  /** Its process has ended. */
  remove(member: Member): void {
    const node = this.#members.get(member);
    if (!this.#members.delete(member)) return;
    for (const name of [...this.#unsaid.keys()]) this.knows(member, name);
    if (node === undefined) return;
    for (const other of this.#members.keys()) other.send({ kind: 'node-ended', name: node.name });
  }
}
