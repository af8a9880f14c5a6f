import type { Claims } from '../cluster/claims.ts';
import { type FrameReader, KIND } from '../cluster/frame.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { scriptBody } from '../transport/legacy/script.ts';
import { EntryPeer } from './entry-peer.ts';
import { RemoteExchange } from './remote-exchange.ts';
import { RemoteUpgrade } from './remote-upgrade.ts';
import { CREATE, MEMBER } from './request-frame.ts';

/** Who answers requests at this node. */
export interface Answering {
  onForwarded(exchange: Exchange): void;
  /** Attaches a session to a carrier that the other node writes. */
  onForwardedMember(exchange: Exchange): void;
  onForwardedUpgrade(upgrade: Upgrade): void;
}

export interface OwnerContext {
  send(to: string, frame: Buffer): boolean;
  readonly answering: Answering;
  readonly claims: Pick<Claims, 'settle'>;
  readonly self: string;
}

/** Answers the requests that other nodes forward. */
export class Owner {
  readonly #context: OwnerContext;
  readonly #peers = new Map<string, EntryPeer>();

  constructor(context: OwnerContext) {
    this.#context = context;
  }

  /** Exchanges that are open. */
  get size(): number {
    let size = 0;
    for (const peer of this.#peers.values()) size += peer.size;
    return size;
  }

  received(from: string, frame: FrameReader): void {
    const peer = this.#peers.get(from) ?? this.#meet(from);
    if (frame.kind === KIND.request) this.#answer(frame, peer);
    else if (frame.kind === KIND.upgrade) {
      const upgrade = new RemoteUpgrade(frame, peer);
      peer.add(frame.id, upgrade);
      this.#context.answering.onForwardedUpgrade(upgrade);
    } else peer.received(frame);
  }

  nodeLost(name: string): void {
    const peer = this.#peers.get(name);
    this.#peers.delete(name);
    peer?.lost();
  }

  drained(name: string): void {
    this.#peers.get(name)?.drained();
  }

  #meet(name: string): EntryPeer {
    const peer = new EntryPeer((frame) => this.#context.send(name, frame));
    this.#peers.set(name, peer);
    return peer;
  }

  #answer(frame: FrameReader, peer: EntryPeer): void {
    const { answering, claims, self } = this.#context;
    const exchange = new RemoteExchange(frame, peer);
    peer.add(frame.id, exchange);
    if ((frame.flags & MEMBER) !== 0) {
      answering.onForwardedMember(exchange);
      return;
    }
    if ((frame.flags & CREATE) === 0) {
      answering.onForwarded(exchange);
      return;
    }
    claims.settle(nonceOf(exchange), (node) => {
      if (node === self) answering.onForwarded(exchange);
      else exchange.redirect(node);
    });
  }
}

/** The nonce of a `create`, which may be by script. */
function nonceOf({ method, query, body }: RemoteExchange): string {
  const fields = method === 'POST' ? body : scriptBody(query);
  return new URLSearchParams(fields?.toString('utf8')).get('nonce') ?? '';
}
