import { systemClock } from '../base/clock.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { newNodeName } from '../cluster/node-name.ts';
import { type HostCheck, StatusServer } from '../status/server.ts';
import { BrokerChild } from './broker-child.ts';
import { commandPath } from './command-path.ts';
import { ControlSocket } from './control-socket.ts';
import { KeptCounters } from './kept-counters.ts';
import type { Report } from './messages.ts';
import { NodeBook } from './node-book.ts';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.ts';
import { SharedSockets } from './shared-sockets.ts';
import { Supervisor } from './supervisor.ts';
import { forkBroker, forkWorkers } from './worker-port.ts';
import { WorkersStatus } from './workers-status.ts';

export interface SuperviseParts {
  readonly log: Log;
  /** Version of this package. */
  readonly release: string;
  /** Arguments of the workers. */
  readonly args: readonly string[];
  /** A socket that listens already, for the gateway's address. */
  readonly descriptor: number | undefined;
  /** Where the status of all is served, and the `Host` names that it answers; absent: nowhere. */
  readonly status?: { readonly listen: ListenAddress; readonly hosts: HostCheck } | undefined;
}

/** Workers, and the process that starts and replaces them. */
export class Supervision {
  readonly #supervisor: Supervisor;
  readonly #directory: string;
  readonly #status: StatusServer | undefined;
  readonly #statusAddress: ListenAddress | undefined;
  readonly #workersStatus: WorkersStatus | undefined;
  #control: ControlSocket | undefined;

  /** Throws a `ConfigError` if there can be no private folder. */
  constructor({ log, release, args, descriptor, status }: SuperviseParts) {
    this.#directory = makePrivateDirectory();
    process.once('exit', () => removePrivateDirectory(this.#directory));
    const command = commandPath(process.argv, process.env, process.cwd());
    const kept = status && new KeptCounters();
    const broker = new BrokerChild({
      clock: systemClock,
      log,
      fork: forkBroker(command),
      kept,
      hung: () => this.#workersStatus?.hung('broker'),
    });
    this.#supervisor = new Supervisor({
      clock: systemClock,
      log,
      fork: forkWorkers(command, args),
      nodes: new NodeBook(systemClock),
      sockets: new SharedSockets(descriptor),
      broker,
      kept,
      died: () => this.#workersStatus?.died(),
      hung: () => this.#workersStatus?.hung('worker'),
      directory: this.#directory,
      machine: newNodeName(),
      release,
    });
    if (status === undefined || kept === undefined) return;
    const workers = () => this.#supervisor.workers;
    const source = new WorkersStatus({ clock: systemClock, release, workers, broker, kept });
    this.#workersStatus = source;
    this.#statusAddress = status.listen;
    this.#status = new StatusServer({ source, log, hosts: status.hosts });
  }

  /** Resolves when all workers serve. Rejects with a `StartFailure`. */
  async start(): Promise<Report> {
    const address = this.#statusAddress;
    // Before the workers: a port that is taken ends the start at once.
    const status = address && (await this.#status?.listen(address));
    const given = await this.#supervisor.start();
    const report = { ...given, address: { ...given.address, statusPort: status?.port } };
    this.#control = await ControlSocket.open(this.#directory, () => this.#supervisor.reload());
    return report;
  }

  /** The log says what came of it. */
  reload(): void {
    void this.#supervisor.reload();
  }

  async drain(): Promise<void> {
    this.#control?.close();
    await this.#supervisor.drain();
    this.#status?.close();
    this.#workersStatus?.close();
  }

  kill(): void {
    this.#supervisor.kill();
  }

  /** Workers open their access log again. */
  reopenLogs(): void {
    this.#supervisor.reopenLogs();
  }
}
