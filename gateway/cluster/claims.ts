import type { Nodes } from './nodes.ts';
import { MAYBE, NO, type Questions, TOPIC, YES } from './questions.ts';

/** This node is asking the others about a nonce. */
interface Claim {
  readonly settled: ((node: string) => void)[];
  /** Nodes that are asking, too. */
  readonly rivals: Set<string>;
}

/**
 * Finds out which node makes the session of a nonce. While all nodes know the same members they
 * choose the same node for a nonce. A moment after a change two nodes may have been chosen for two
 * repeats of one request, which must not make two sessions. So a node that is chosen then asks all
 * others first. Of two that ask at the same time at least one hears of the other, both if neither
 * has finished, and the lower name makes the session.
 */
export class Claims {
  readonly #nodes: Nodes;
  readonly #questions: () => Questions;
  readonly #has: (nonce: string) => boolean;
  readonly #claims = new Map<string, Claim>();

  /** `has`: whether this node has or makes the session of a nonce. */
  constructor(nodes: Nodes, questions: () => Questions, has: (nonce: string) => boolean) {
    this.#nodes = nodes;
    this.#questions = questions;
    this.#has = has;
  }

  /** Calls `settled` with the name of the node that makes the session. This one was chosen. */
  settle(nonce: string, settled: (node: string) => void): void {
    const { self, isUnsettled, hasOthers } = this.#nodes;
    if (!isUnsettled || !hasOthers || this.#has(nonce)) {
      settled(self);
      return;
    }
    const pending = this.#claims.get(nonce);
    if (pending !== undefined) {
      pending.settled.push(settled);
      return;
    }
    const claim: Claim = { settled: [settled], rivals: new Set() };
    this.#claims.set(nonce, claim);
    this.#questions().ask(TOPIC.nonce, nonce, (found) => {
      this.#claims.delete(nonce);
      const owner = found?.answer === YES ? found.node : this.#lowest(claim, found?.node);
      for (const one of claim.settled) one(owner);
    });
  }

  /** What another node gets for an answer that asks about a nonce. */
  answer(nonce: string, from: string): number {
    if (this.#has(nonce)) return YES;
    const claim = this.#claims.get(nonce);
    claim?.rivals.add(from);
    return claim === undefined ? NO : MAYBE;
  }

  #lowest({ rivals }: Claim, other: string | undefined): string {
    const { self } = this.#nodes;
    let lowest = other !== undefined && other < self ? other : self;
    for (const rival of rivals) if (rival < lowest) lowest = rival;
    return lowest;
  }
}
