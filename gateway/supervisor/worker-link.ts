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
 * The link with the other workers of the machine. Its start is over when all of them know this
 * node: with its first connection it may have a session, and others get requests for that.
 */
export class WorkerLink implements Link {
  readonly #link: UnixLink;
  readonly #channel: WorkerChannel;
  readonly #path: string;
  #announced: (() => void) | undefined;

  constructor({ self, directory, log, channel, nodes }: WorkerLinkParts) {
    this.#path = socketPath(directory, self);
    this.#channel = channel;
    this.#link = new UnixLink({ self, path: this.#path, log });
    for (const { name, path } of nodes) this.#link.nodeAdded(name, path);
  }

  get self(): string {
    return this.#link.self;
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  async start(listener: LinkListener): Promise<void> {
    await this.#link.start(listener);
    const announced = new Promise<void>((resolve) => {
      this.#announced = resolve;
    });
    this.#channel.send({ kind: 'linked', node: { name: this.self, path: this.#path } });
    await announced;
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
