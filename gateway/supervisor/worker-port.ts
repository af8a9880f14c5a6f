import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { CommandPath } from './command-path.ts';
import { type FromWorker, received, type Sent, sent, type ToWorker } from './messages.ts';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerListener {
  received(message: Sent<FromWorker>): void;
  /** The last call. */
  ended(ending: Ending): void;
}

/** A worker as its supervisor sees it. */
export interface WorkerPort {
  readonly pid: number | undefined;
  listen(listener: WorkerListener): void;
  send(message: ToWorker): void;
  /**
   * Gives it a connection. `done` is called once the connection has left this process, or with
   * false if it could not: it is the caller's as before. Not called if the worker ends before.
   */
  give(id: number, socket: Socket, done: (hasLeft: boolean) => void): void;
  kill(signal: NodeJS.Signals): void;
}

export type Fork = () => WorkerPort;

/** Set for workers and for the broker process: `main.ts` looks at it. */
export const WORKER_VARIABLE = 'FALLBACK_GATEWAY_WORKER';
export const WORKER = '1';
export const BROKER = 'broker';

/** Starts workers with the flags of this process, from the command as it is on the disk then. */
export function forkWorkers(command: CommandPath, args: readonly string[]): Fork {
  return () => new ForkedWorker(forkAs(WORKER, command, args));
}

/** Starts the broker process, from the command as it is on the disk then. */
export function forkBroker(command: CommandPath): () => ChildProcess {
  return () => forkAs(BROKER, command, []);
}

function forkAs(role: string, { path, folder }: CommandPath, args: readonly string[]): ChildProcess {
  return fork(path, args, {
    cwd: folder,
    // Two processes cannot have the same port for a debugger.
    execArgv: process.execArgv.filter((flag) => !/^--inspect(?:-|=|$)/.test(flag)),
    env: { ...process.env, [WORKER_VARIABLE]: role },
    // Certificates are buffers.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

class ForkedWorker implements WorkerPort {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  listen(listener: WorkerListener): void {
    const child = this.#child;
    child.on('message', (message) => {
      const known = received<FromWorker>(message);
      if (known !== undefined) listener.received(known);
    });
    let isOver = false;
    const over = (ending: Ending): void => {
      if (isOver) return;
      isOver = true;
      listener.ended(ending);
    };
    child.once('exit', (code, signal) => over({ code, signal }));
    // It could not be started, or a message did not reach it. In the latter case it ends, too.
    child.on('error', (error) => {
      if (child.pid === undefined)
        over({ code: null, signal: (error as NodeJS.ErrnoException).code ?? null });
    });
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(sent(message), () => {});
  }

  give(id: number, socket: Socket, done: (hasLeft: boolean) => void): void {
    const message = sent<ToWorker>({ kind: 'connection', id });
    this.#child.send(message, socket, {}, (error) => done(error === null || error === undefined));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
