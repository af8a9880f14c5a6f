import { isDebugged } from '../base/debugged.ts';
import type { Listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import type { BrokerSettings } from '../broker-process/settings.ts';
import type { Link } from '../cluster/link.ts';
import { socketPath } from '../cluster/unix-link.ts';
import type { Snapshot as StatusSnapshot } from '../status/snapshot.ts';
import type { NodeAddress, Report, Snapshot, ToWorker } from './messages.ts';
import { parentChannel, WorkerChannel } from './worker-channel.ts';
import { WorkerLink } from './worker-link.ts';
import { BROKER } from './worker-port.ts';

/** The gateway of a worker. */
export interface WorkerGateway {
  listen(): Promise<Report['address']>;
  retire(): Promise<void>;
  close(grace?: number): Promise<void>;
  /** Sessions and native connections. */
  readonly connections: number;
  /** All that it counts. */
  snapshot(): Promise<StatusSnapshot>;
}

/** What a worker gives its gateway. */
export interface WorkerParts {
  readonly listen: Listen;
  /** Between the workers of this machine. */
  readonly link: Link;
  /** The same for all workers of a supervisor, and for no others. */
  readonly machine: string;
  readonly log: Log;
  /** Socket of the broker process; absent: no route leads there. */
  readonly brokerPath: string | undefined;
}

/** The options of a worker, as it has read them or as another one of its generation did. */
export interface WorkerSettings extends Omit<Report, 'address'> {
  /** The name of this node. */
  readonly node: string;
  readonly log: Log;
  /** What the broker process needs to serve on this path; undefined: no route leads there. */
  broker(socketPath: string): BrokerSettings | undefined;
  /** Makes the gateway. */
  compose(parts: WorkerParts): WorkerGateway;
}

/** What `main.ts` gives a worker. */
export interface WorkerProgram {
  readonly release: string;
  /** Reads flags and files, or takes them from the snapshot. Throws what `failure` explains. */
  load(snapshot: Snapshot | undefined): WorkerSettings;
  failure(error: unknown): { readonly exitCode: number; readonly lines: readonly string[] };
}

/**
 * Serves below a supervisor, and ends the process when it has nothing left to serve. If the
 * supervisor ends without a word, it drains.
 */
export function runWorker(program: WorkerProgram): void {
  new Worker(program).run();
}

class Worker {
  readonly #program: WorkerProgram;
  readonly #channel: WorkerChannel;
  readonly #parent = parentChannel();
  /** Nodes that were added before the link was made. */
  readonly #early: NodeAddress[] = [];
  #link: WorkerLink | undefined;
  #gateway: WorkerGateway | undefined;
  #isEnding = false;
  #isCounted = false;

  constructor(program: WorkerProgram) {
    this.#program = program;
    this.#channel = new WorkerChannel(this.#parent, (message) => this.#received(message));
  }

  run(): void {
    this.#parent.onDisconnect(() => this.#drain());
    process.on('SIGTERM', () => this.#leave());
    // A terminal sends these to the whole group: the supervisor knows what to do.
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGBREAK'] as const) {
      if (signal !== 'SIGBREAK' || process.platform === 'win32') process.on(signal, () => {});
    }
    // Node would start its debugger.
    if (process.platform !== 'win32') process.on('SIGUSR1', () => {});
    this.#channel.send({ kind: 'hello', release: this.#program.release });
  }

  #received(message: ToWorker): void {
    switch (message.kind) {
      case 'start':
        this.#start(message).catch((error: unknown) => this.#fail(error));
        return;
      case 'announced':
        this.#link?.announced();
        return;
      case 'node-added':
        if (this.#link === undefined) this.#early.push(message.node);
        else this.#link.nodeAdded(message.node);
        this.#channel.send({ kind: 'knows', name: message.node.name });
        return;
      case 'node-ended':
        this.#early.splice(0, Infinity, ...this.#early.filter(({ name }) => name !== message.name));
        this.#link?.nodeEnded(message.name);
        return;
      case 'count':
        void this.#tellCounts(message.id);
        return;
      case 'ping':
        this.#channel.send({ kind: 'pong', connections: this.#gateway?.connections ?? 0 });
        return;
      case 'retire':
        void this.#gateway?.retire().then(() => this.#end());
        return;
      case 'drain':
        this.#drain();
    }
  }

  async #start({
    generation,
    machine,
    directory,
    nodes,
    snapshot,
    isCounted = false,
  }: ToWorker & { readonly kind: 'start' }): Promise<void> {
    this.#isCounted = isCounted;
    const settings = this.#program.load(snapshot);
    const { node: self } = settings;
    const log = settings.log.with({ node: self, generation });
    const all = [...nodes, ...this.#early];
    this.#link = new WorkerLink({ self, directory, log, channel: this.#channel, nodes: all });
    const brokerPath = socketPath(directory, BROKER);
    const broker = settings.broker(brokerPath);
    // Before the ports: their first client may want it.
    const stompPort = broker && (await this.#channel.serveBrokers(broker));
    this.#gateway = settings.compose({
      listen: this.#channel.listen,
      machine,
      link: this.#link,
      log,
      brokerPath: broker && brokerPath,
    });
    const address = { ...(await this.#gateway.listen()), stompPort };
    // The first answer loads what it needs: no later one is late for that.
    if (isCounted) await this.#gateway.snapshot();
    const { release, grace } = settings;
    const processes = isDebugged() ? { ...settings.processes, workerTimeout: 0 } : settings.processes;
    const report = { release, address, processes, grace, snapshot: settings.snapshot };
    this.#channel.send({ kind: 'listening', report });
  }

  /** Somebody ends this worker alone. */
  #leave(): void {
    this.#channel.stop();
    this.#channel.send({ kind: 'leaving' });
    this.#drain();
  }

  #drain(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const closed = this.#gateway?.close() ?? Promise.resolve();
    closed.then(
      () => this.#exit(),
      (error: unknown) => this.#fail(error),
    );
  }

  /** Nothing is left. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    void this.#gateway?.close(0).then(() => this.#exit());
  }

  /** Counters never go down, so the supervisor keeps those of workers that end. */
  async #exit(): Promise<void> {
    if (this.#isCounted) await this.#tellCounts(0).catch(() => {});
    process.exit(0);
  }

  async #tellCounts(id: number): Promise<void> {
    const status = await this.#gateway?.snapshot();
    if (status === undefined) return;
    await new Promise<void>((done) => this.#channel.send({ kind: 'counts', id, status }, done));
  }

  #fail(error: unknown): void {
    if (this.#isEnding && !(error instanceof Error)) process.exit(1);
    const { exitCode, lines } = this.#program.failure(error);
    this.#channel.send({ kind: 'failed', exitCode, lines }, () => process.exit(exitCode));
  }
}
