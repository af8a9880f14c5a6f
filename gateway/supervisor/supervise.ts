import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { newNodeName } from '../cluster/node-name.ts';
import { BrokerChild } from './broker-child.ts';
import { commandPath } from './command-path.ts';
import { ControlSocket } from './control-socket.ts';
import type { Report } from './messages.ts';
import { NodeBook } from './node-book.ts';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.ts';
import { SharedSockets } from './shared-sockets.ts';
import { Supervisor } from './supervisor.ts';
import { forkBroker, forkWorkers } from './worker-port.ts';

export interface SuperviseParts {
  readonly log: Log;
  /** Version of this package. */
  readonly release: string;
  /** Arguments of the workers. */
  readonly args: readonly string[];
  /** A socket that listens already, for the gateway's address. */
  readonly descriptor: number | undefined;
}

/** Workers, and the process that starts and replaces them. */
export class Supervision {
  readonly #supervisor: Supervisor;
  readonly #directory: string;
  #control: ControlSocket | undefined;

  /** Throws a `ConfigError` if there can be no private folder. */
  constructor({ log, release, args, descriptor }: SuperviseParts) {
    this.#directory = makePrivateDirectory();
    process.once('exit', () => removePrivateDirectory(this.#directory));
    const command = commandPath(process.argv, process.env, process.cwd());
    this.#supervisor = new Supervisor({
      clock: systemClock,
      log,
      fork: forkWorkers(command, args),
      nodes: new NodeBook(systemClock),
      sockets: new SharedSockets(descriptor),
      broker: new BrokerChild({ clock: systemClock, log, fork: forkBroker(command) }),
      directory: this.#directory,
      machine: newNodeName(),
      release,
    });
  }

  /** Resolves when all workers serve. Rejects with a `StartFailure`. */
  async start(): Promise<Report> {
    const report = await this.#supervisor.start();
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
  }

  kill(): void {
    this.#supervisor.kill();
  }

  /** Workers open their access log again. */
  reopenLogs(): void {
    this.#supervisor.reopenLogs();
  }
}
