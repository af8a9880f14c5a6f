import { type Link, type LinkListener, nobody } from './link.ts';

/**
 * Several links as one, such as that of a machine and that between machines. A node is reached over
 * the link that reported it up last.
 */
export class JoinedLink implements Link {
  readonly self: string;
  readonly #links: readonly Link[];
  readonly #ways = new Map<string, Link>();
  #listener: LinkListener = nobody;
  #wasConnected = true;

  /** All have the same `self`. */
  constructor(links: readonly [Link, ...Link[]]) {
    this.self = links[0].self;
    this.#links = links;
  }

  get isConnected(): boolean {
    return this.#links.every(({ isConnected }) => isConnected);
  }

  async start(listener: LinkListener): Promise<void> {
    this.#listener = listener;
    this.#wasConnected = this.isConnected;
    await Promise.all(this.#links.map((link) => link.start(this.#listenerOf(link))));
  }

  send(to: string, frame: Buffer): boolean {
    return this.#ways.get(to)?.send(to, frame) ?? true;
  }

  setAccepting(isAccepting: boolean): void {
    for (const link of this.#links) link.setAccepting(isAccepting);
  }

  async close(): Promise<void> {
    this.#listener = nobody;
    await Promise.all(this.#links.map((link) => link.close()));
  }

  #listenerOf(link: Link): LinkListener {
    return {
      nodeUp: (node) => {
        const before = this.#ways.get(node.name);
        // What came over the other link may have overtaken what comes over this one.
        if (before !== undefined && before !== link) this.#listener.nodeLost(node.name);
        this.#ways.set(node.name, link);
        this.#listener.nodeUp(node);
      },
      nodeLost: (name) => {
        if (this.#ways.get(name) !== link) return;
        this.#ways.delete(name);
        this.#listener.nodeLost(name);
      },
      nodeGone: (name) => {
        // Reached over the other link: it lives.
        if (this.#ways.has(name)) return;
        this.#listener.nodeGone(name);
      },
      received: (from, frame) => {
        if (this.#ways.get(from) === link) this.#listener.received(from, frame);
      },
      drained: (name) => {
        if (this.#ways.get(name) === link) this.#listener.drained(name);
      },
      connectionChanged: () => {
        if (this.isConnected === this.#wasConnected) return;
        this.#wasConnected = this.isConnected;
        this.#listener.connectionChanged(this.isConnected);
      },
    };
  }
}
