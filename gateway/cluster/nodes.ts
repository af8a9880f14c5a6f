import type { Clock, Timer } from '../base/clock.ts';
import type { Link, NodeInfo } from './link.ts';
import { rendezvous } from './rendezvous.ts';

/** Milliseconds for which a request waits for a node that cannot be reached. */
export const GRACE = 1_000;

/** Milliseconds after a change in which two nodes may see different members. */
const UNSETTLED = 10_000;

/** Names of ended nodes that are remembered. */
const MAX_GONE = 1_000;

/**
 * `up`: it can be sent to. `gone`: its process has ended. `unreachable`: it may be alive, and did
 * not come back in time.
 */
export type Outcome = 'up' | 'gone' | 'unreachable';

interface Waiter {
  readonly done: (outcome: Outcome) => void;
  readonly timer: Timer;
}

/** The other nodes, as far as the link tells of them. */
export class Nodes {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #up = new Map<string, NodeInfo>();
  readonly #lost = new Set<string>();
  /** The oldest comes first. */
  readonly #gone = new Set<string>();
  readonly #waiters = new Map<string, Set<Waiter>>();
  #isAccepting: boolean;
  #changed: number;
  /** Since when the link can tell of all nodes. */
  #listeningSince: number;

  /** `isAccepting`: this node takes new sessions. */
  constructor(link: Link, clock: Clock, isAccepting = true) {
    this.#link = link;
    this.#isAccepting = isAccepting;
    if (!isAccepting) link.setAccepting(false);
    this.#clock = clock;
    this.#changed = this.#listeningSince = clock.now();
  }

  get self(): string {
    return this.#link.self;
  }

  /** Names of the others that can be sent to. */
  get others(): IterableIterator<string> {
    return this.#up.keys();
  }

  get hasOthers(): boolean {
    return this.#up.size > 0;
  }

  /** How many others can be sent to, and how many were lost and may come back. */
  get counts(): { readonly up: number; readonly lost: number } {
    return { up: this.#up.size, lost: this.#lost.size };
  }

  isUp(name: string): boolean {
    return this.#up.has(name);
  }

  /** Its process has ended, or there never was one. */
  isGone(name: string): boolean {
    return name !== this.self && this.#outcomeOf(name) === 'gone';
  }

  /** Another node may have seen other members a moment ago. */
  get isUnsettled(): boolean {
    return this.#clock.now() - this.#changed < UNSETTLED;
  }

  /** This node takes no new sessions any more. */
  retire(): void {
    this.#isAccepting = false;
    this.#changed = this.#clock.now();
    this.#link.setAccepting(false);
  }

  /**
   * The node that makes the session of this key. It is this one if none takes new sessions.
   */
  ownerOf(key: string, except?: string): string {
    const names = this.#isAccepting ? [this.self] : [];
    for (const { name, isAccepting } of this.#up.values()) if (isAccepting) names.push(name);
    return (
      rendezvous(key, except === undefined ? names : names.filter((name) => name !== except)) ?? this.self
    );
  }

  /** Calls `done` when the node is up or gone, or after `GRACE`; at once if it is known. */
  whenKnown(name: string, done: (outcome: Outcome) => void): void {
    const known = this.#outcomeOf(name);
    if (known !== undefined) {
      done(known);
      return;
    }
    const timer = this.#clock.setTimeout(() => this.#giveUp(name, waiter), GRACE);
    const waiter = { done, timer };
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters.add(waiter));
  }

  // --- what the link reports ---

  nodeUp(node: NodeInfo): void {
    this.#changed = this.#clock.now();
    this.#lost.delete(node.name);
    this.#gone.delete(node.name);
    this.#up.set(node.name, node);
    this.#settle(node.name, 'up');
  }

  nodeLost(name: string): void {
    this.#changed = this.#clock.now();
    this.#up.delete(name);
    this.#lost.add(name);
  }

  nodeGone(name: string): void {
    this.#changed = this.#clock.now();
    this.#up.delete(name);
    this.#lost.delete(name);
    this.#gone.add(name);
    if (this.#gone.size > MAX_GONE) this.#gone.delete(this.#gone.values().next().value as string);
    this.#settle(name, 'gone');
  }

  connectionChanged(): void {
    this.#listeningSince = this.#clock.now();
  }

  // --- those who wait ---

  #outcomeOf(name: string): Outcome | undefined {
    if (this.#up.has(name)) return 'up';
    if (this.#gone.has(name)) return 'gone';
    return this.#isUnheardOf(name) ? 'gone' : undefined;
  }

  /** Had there been such a node, the link would have reported it. */
  #isUnheardOf(name: string): boolean {
    if (this.#lost.has(name) || !this.#link.isConnected) return false;
    return this.#clock.now() - this.#listeningSince >= GRACE;
  }

  #giveUp(name: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(name);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(name);
    waiter.done(this.#outcomeOf(name) ?? 'unreachable');
  }

  #settle(name: string, outcome: Outcome): void {
    const waiters = this.#waiters.get(name);
    this.#waiters.delete(name);
    for (const { done, timer } of waiters ?? []) {
      this.#clock.clearTimeout(timer);
      done(outcome);
    }
  }
}
