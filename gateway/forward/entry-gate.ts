import { RequestError } from '../base/errors.ts';
import type { MemoryAccount, MemoryBudget } from '../base/memory-budget.ts';
import type { Nodes } from '../cluster/nodes.ts';
import type { BodyGate } from '../http/body-gate.ts';
import type { RequestHead } from '../http/exchange.ts';
import { type KnownTokens, TokenGate } from '../transport/body-gates.ts';
import { nodeOfBody } from './session-node.ts';

/**
 * Collects bodies of sessions that exist, as far as this node can tell. It cannot judge the token
 * of another node, which may be made up: such a body is collected while there is memory for new
 * clients, so that the rest is left to those who are connected.
 */
export class EntryGate implements BodyGate {
  readonly prefix: number;
  readonly #own: TokenGate;
  readonly #nodes: Pick<Nodes, 'self' | 'isGone'>;
  readonly #memory: MemoryBudget;

  constructor(sessions: KnownTokens, nodes: Pick<Nodes, 'self' | 'isGone'>, memory: MemoryBudget) {
    this.#own = new TokenGate(sessions, memory);
    this.prefix = this.#own.prefix;
    this.#nodes = nodes;
    this.#memory = memory;
  }

  admit(start: Buffer, head: RequestHead): MemoryAccount {
    const node = nodeOfBody(start);
    if (node === undefined || node === this.#nodes.self) return this.#own.admit(start, head);
    if (this.#nodes.isGone(node)) throw new RequestError('GW_SESSION');
    this.#memory.admit(head.remoteAddress);
    return this.#memory.account(head.remoteAddress);
  }
}
