import type { Log } from '../base/log.ts';
import type { Link, LinkListener } from '../cluster/link.ts';
import { socketPath, UnixLink } from '../cluster/unix-link.ts';
import type { NodeAddress } from './messages.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** What a link with the other workers is made of. */
export interface WorkerLinkParts {
  readonly self: string;
  readonly directory: string;
  readonly log: Log;
  readonly channel: WorkerChannel;
  /** The nodes that live. */
  readonly nodes: readonly NodeAddress[];
}

/**
 * Milliseconds for which a new worker waits for the others. One that hangs must not keep it from
 * serving.
 */
const MEETING = 3_000;

/**
 * The link with the other workers of the machine. Its start is over when all of them know this
 * node and can be reached: its first connection may make a session, for which others get requests,
 * or bring requests for theirs.
 */
export class WorkerLink implements Link {
  readonly #link: UnixLink;
  readonly #channel: WorkerChannel;
  readonly #path: string;
  #announced: (() => void) | undefined;
  /** Nodes that lived when this one began, and have not been met yet. */
  readonly #unmet: Set<string>;
  #met: (() => void) | undefined;

  constructor({ self, directory, log, channel, nodes }: WorkerLinkParts) {
    this.#path = socketPath(directory, self);
    this.#channel = channel;
    this.#link = new UnixLink({ self, path: this.#path, log });
    for (const { name, path } of nodes) this.#link.nodeAdded(name, path);
    this.#unmet = new Set(nodes.map(({ name }) => name));
  }

  get self(): string {
    return this.#link.self;
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  async start(listener: LinkListener): Promise<void> {
    const hasMet = (name: string): void => {
      if (this.#unmet.delete(name) && this.#unmet.size === 0) this.#met?.();
    };
    await this.#link.start({
      nodeUp: (node) => {
        listener.nodeUp(node);
        hasMet(node.name);
      },
      nodeLost: (name) => listener.nodeLost(name),
      nodeGone: (name) => {
        listener.nodeGone(name);
        hasMet(name);
      },
      received: (from, frame) => listener.received(from, frame),
      drained: (name) => listener.drained(name),
      connectionChanged: (isConnected) => listener.connectionChanged(isConnected),
    });
    const announced = new Promise<void>((resolve) => {
      this.#announced = resolve;
    });
    this.#channel.send({ kind: 'linked', node: { name: this.self, path: this.#path } });
    await announced;
    await this.#allMet();
  }

  /** Resolves when this node can send to all that lived when it began, or `MEETING` ms later. */
  #allMet(): Promise<void> {
    if (this.#unmet.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(resolve, MEETING);
      this.#met = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  /** All others know this node. */
  announced(): void {
    this.#announced?.();
  }

  nodeAdded({ name, path }: NodeAddress): void {
    this.#link.nodeAdded(name, path);
  }

  nodeEnded(name: string): void {
    this.#link.nodeEnded(name);
  }

  send(to: string, frame: Buffer): boolean {
    return this.#link.send(to, frame);
  }

  setAccepting(isAccepting: boolean): void {
    this.#link.setAccepting(isAccepting);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}
