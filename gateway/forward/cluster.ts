import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { HANDSHAKE_ENDS, type SeenHandshake } from '../base/seen-handshakes.ts';
import { Claims } from '../cluster/claims.ts';
import { FrameReader, KIND } from '../cluster/frame.ts';
import type { Link, LinkListener, NodeInfo } from '../cluster/link.ts';
import { ChunkJoiner } from '../cluster/long-frames.ts';
import { Nodes } from '../cluster/nodes.ts';
import { Outflow } from '../cluster/outflow.ts';
import { NO, Questions, SEEN, TOPIC, YES } from '../cluster/questions.ts';
import type { KnownTokens } from '../transport/body-gates.ts';
import { Entry } from './entry.ts';
import { HeaderBlocks } from './header-block.ts';
import { type Answering, Owner } from './owner.ts';
import { OwnerPeer } from './owner-peer.ts';
import { SockJsEntry } from './sockjs-entry.ts';

/** What other nodes may ask about. */
export interface Holdings {
  /** Whether a session of this nonce is made here, or was. */
  hasNonce(nonce: string): boolean;
  /** Whether this browser has a handshake under way. */
  hasHandshake(key: string): boolean;
  /** What became of the last handshake of this browser. */
  seenHandshake(key: string): SeenHandshake | undefined;
  /** Whether the SockJS session of this key is here. */
  hasSockJs(key: string): boolean;
}

/** What a cluster needs of its gateway. */
export interface ClusterContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly sessions: KnownTokens;
  /** Bytes of a request body. */
  readonly body: number;
  /** Answers the requests that other nodes forward. */
  readonly answering: Answering;
  /** What this node has. */
  readonly holdings: Holdings;
  /** False: it takes no sessions, and only leads clients to other nodes. @default true */
  readonly ownsSessions?: boolean | undefined;
  /** The gateway takes no new sessions. */
  draining(): boolean;
}

/**
 * This node among others that are one gateway with it (PROTOCOL.md §15): decides who answers the
 * requests that come here, and answers those that come to others.
 */
export class Cluster implements LinkListener {
  readonly entry: Entry;
  readonly sockjs: SockJsEntry;
  readonly #questions: Questions;
  readonly #link: Link;
  readonly #log: Log;
  readonly #nodes: Nodes;
  readonly #outflow: Outflow;
  readonly #owner: Owner;
  readonly #owners = new Map<string, OwnerPeer>();
  readonly #joiners = new Map<string, ChunkJoiner>();
  #started: Promise<void> | undefined;
  #lastId = 0;

  constructor(link: Link, gateway: ClusterContext) {
    const { clock, log, memory, sessions, body, answering, holdings, ownsSessions, draining } = gateway;
    this.#link = link;
    this.#log = log;
    const outflow = new Outflow(link);
    this.#outflow = outflow;
    const send = (to: string, frame: Buffer): boolean => outflow.send(to, frame);
    const nodes = new Nodes(link, clock, ownsSessions);
    this.#nodes = nodes;
    const questions = (): Questions => this.#questions;
    const claims = new Claims(nodes, questions, holdings.hasNonce);
    this.#questions = new Questions(nodes, clock, send, (topic, text, from) => {
      if (topic === TOPIC.nonce) return claims.answer(text, from);
      if (topic === TOPIC.seen) return answerSeen(holdings.seenHandshake(text));
      const isHere =
        (topic === TOPIC.handshake && holdings.hasHandshake(text)) ||
        (topic === TOPIC.sockjs && holdings.hasSockJs(text));
      return isHere ? YES : NO;
    });
    this.#owner = new Owner({ self: link.self, send, answering, claims });
    const context = {
      ...{ nodes, memory },
      headers: new HeaderBlocks(),
      peer: (node: string) => this.#peer(node, send),
    };
    this.entry = new Entry({ ...context, sessions, body, claims, draining });
    this.sockjs = new SockJsEntry({ ...context, holds: holdings.hasSockJs, questions });
  }

  get self(): string {
    return this.#link.self;
  }

  get links(): Nodes['counts'] {
    return this.#nodes.counts;
  }

  /** Requests of clients of this node that others answer, and the other way round. */
  get exchanges(): number {
    let exchanges = this.#owner.size;
    for (const peer of this.#owners.values()) exchanges += peer.size;
    return exchanges;
  }

  /** Whether a handshake of this browser is under way at another node. */
  findHandshake(key: string, report: (isPending: boolean) => void): void {
    this.#questions.ask(TOPIC.handshake, key, (found) => report(found !== undefined));
  }

  /** What became of the last handshake of this browser at another node. */
  findSeen(key: string, report: (seen: SeenHandshake | undefined) => void): void {
    this.#questions.ask(TOPIC.seen, key, (found) => report(readSeen(found?.answer)));
  }

  /** Reaches the others from now on. Called again: the same start. */
  start(): Promise<void> {
    this.#started ??= this.#link.start(this);
    return this.#started;
  }

  /** This node takes no new sessions any more, and keeps what it has. */
  retire(): void {
    this.#nodes.retire();
  }

  /** Ends the answers that others write to clients of this node: those attach again elsewhere. */
  drain(): void {
    for (const peer of this.#owners.values()) peer.drain();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  // --- what the link reports ---

  nodeUp(node: NodeInfo): void {
    this.#nodes.nodeUp(node);
  }

  nodeLost(name: string): void {
    this.#nodes.nodeLost(name);
    this.#forget(name);
  }

  nodeGone(name: string): void {
    this.#nodes.nodeGone(name);
    this.#forget(name);
  }

  drained(name: string): void {
    if (!this.#outflow.drained(name)) return;
    this.#owner.drained(name);
    this.#owners.get(name)?.drained();
  }

  connectionChanged(): void {
    this.#nodes.connectionChanged();
  }

  received(from: string, frame: Buffer): void {
    try {
      this.#received(from, new FrameReader(frame));
    } catch (error) {
      // A frame of another release, at worst. What it was about ends by its own timeouts.
      if (!(error instanceof RangeError)) throw error;
      this.#log.error('malformed frame', { code: 'GW_INTERNAL', node: from, reason: error.message });
    }
  }

  #received(from: string, frame: FrameReader): void {
    const { kind } = frame;
    if (kind === KIND.chunk) this.#join(from, frame);
    else if (kind === KIND.ask || kind === KIND.answer) this.#questions.received(from, frame);
    else if (kind < KIND.reply) this.#owner.received(from, frame);
    else if (kind < KIND.ask) this.#owners.get(from)?.received(frame);
  }

  #join(from: string, chunk: FrameReader): void {
    const chunks = this.#joiners.get(from) ?? new ChunkJoiner();
    this.#joiners.set(from, chunks);
    const frame = chunks.push(chunk);
    if (frame === undefined) return;
    this.#joiners.delete(from);
    this.#received(from, new FrameReader(frame));
  }

  #peer(node: string, send: (to: string, frame: Buffer) => boolean): OwnerPeer {
    let peer = this.#owners.get(node);
    if (peer === undefined) {
      peer = new OwnerPeer((frame) => send(node, frame), this.#nextId);
      this.#owners.set(node, peer);
    }
    return peer;
  }

  /** All that was under way with a node is over. */
  #forget(name: string): void {
    this.#joiners.delete(name);
    this.#outflow.nodeLost(name);
    this.#questions.nodeLost(name);
    this.#owner.nodeLost(name);
    const peer = this.#owners.get(name);
    this.#owners.delete(name);
    peer?.nodeLost();
  }

  /** It comes again after 2^32 others. */
  readonly #nextId = (): number => {
    this.#lastId = (this.#lastId + 1) >>> 0;
    return this.#lastId;
  };
}

function answerSeen(seen: SeenHandshake | undefined): number {
  if (seen === undefined) return NO;
  return seen.isOver || seen.isNew ? SEEN[seen.end] : SEEN.open;
}

function readSeen(answer = NO): SeenHandshake | undefined {
  const end = HANDSHAKE_ENDS.find((one) => SEEN[one] === answer);
  return end && { end, isOver: true, isNew: false };
}
