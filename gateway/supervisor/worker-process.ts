import { rmSync } from 'node:fs';
import type { Timer } from '../base/clock.ts';
import { asSystemError } from '../base/system-error.ts';
import type { Snapshot as StatusSnapshot } from '../status/snapshot.ts';
import { HangWatch } from './hang-watch.ts';
import {
  type FromWorker,
  MESSAGES_VERSION,
  type NodeAddress,
  type Report,
  type Sent,
  type Snapshot,
  type ToWorker,
} from './messages.ts';
import type { Member } from './node-book.ts';
import { SnapshotQuestions } from './snapshot-questions.ts';
import { StartFailure } from './start-failure.ts';
import type { WorkerContext } from './worker-context.ts';
import type { Ending, WorkerPort } from './worker-port.ts';

/** Milliseconds from a start until the worker serves or says why not. */
const START_TIMEOUT = 60_000;

/** Milliseconds beyond its grace time after which a worker that drains is killed. */
const KILL_TIMEOUT = 5_000;

/** Grace time of a worker that has not said its own. */
const UNKNOWN_GRACE = 10_000;

const nextStates = {
  starting: ['serving', 'draining', 'ended'],
  serving: ['retiring', 'draining', 'ended'],
  retiring: ['draining', 'ended'],
  draining: ['ended'],
  ended: [],
} as const satisfies Record<string, readonly string[]>;

export type WorkerState = keyof typeof nextStates;

/** One worker. */
export class WorkerProcess implements Member {
  /** Resolves when it serves; rejects with a `StartFailure`. */
  readonly started: Promise<Report>;
  readonly ended: Promise<Ending>;
  /** Resolves with the reason when it serves no new clients, though nobody here wanted that. */
  readonly left: Promise<string>;
  readonly startedAt: number;
  readonly #context: WorkerContext;
  readonly generation: number;
  readonly #questions: SnapshotQuestions;
  readonly #snapshot: Snapshot | undefined;
  readonly #port: WorkerPort;
  #state: WorkerState = 'starting';
  #hasServed = false;
  #node: NodeAddress | undefined;
  #grace = UNKNOWN_GRACE;
  #failure: StartFailure | undefined;
  /** From when it serves until it has ended. */
  #watch: HangWatch | undefined;
  /** Its connections, as it said last. */
  #connections: number | undefined;
  #late: Timer;
  #resolveStarted!: (report: Report) => void;
  #rejectStarted!: (failure: StartFailure) => void;
  #resolveEnded!: (ending: Ending) => void;
  #resolveLeft!: (reason: string) => void;

  /** `snapshot`: the options of its generation; absent: it reads them itself. */
  constructor(context: WorkerContext, generation: number, snapshot: Snapshot | undefined) {
    this.#context = context;
    this.generation = generation;
    this.#questions = new SnapshotQuestions(context.clock);
    this.#snapshot = snapshot;
    this.startedAt = context.clock.now();
    this.started = new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#rejectStarted = reject;
    });
    // Whoever drains it does not wait for its start.
    this.started.catch(() => {});
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.left = new Promise((resolve) => {
      this.#resolveLeft = resolve;
    });
    this.#port = context.fork();
    this.#port.listen({
      received: (message) => this.#received(message),
      ended: (ending) => this.#ended(ending),
    });
    const seconds = START_TIMEOUT / 1_000;
    this.#late = context.clock.setTimeout(
      () => this.#fail(new StartFailure(1, [`the new process did not serve within ${seconds} seconds`])),
      START_TIMEOUT,
    );
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Its end is news: that of a worker that could not start is reported by `started`. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  get pid(): number | undefined {
    return this.#port.pid;
  }

  /** Its fields in log lines. */
  get fields(): Readonly<Record<string, string | number | undefined>> {
    return { worker: this.pid, node: this.#node?.name, generation: this.generation };
  }

  send(message: ToWorker): void {
    this.#port.send(message);
  }

  /** What it counts; undefined if it does not answer in time. */
  snapshot(): Promise<StatusSnapshot | undefined> {
    return this.#questions.ask((id) => this.send({ kind: 'count', id }));
  }

  /** Its last answer. */
  get lastSnapshot(): StatusSnapshot | undefined {
    return this.#questions.last;
  }

  /** It keeps what it has, and ends when that is over. */
  retire(): void {
    if (this.#state === 'starting') this.drain();
    if (this.#state !== 'serving') return;
    this.#become('retiring');
    // From now on connections are for the others only: a reload that was reported is in force.
    this.#context.sockets.stopAll(this.#port);
    this.send({ kind: 'retire' });
  }

  /** It closes what it has, and ends, within its grace time. */
  drain(): void {
    if (this.#state === 'draining' || this.#state === 'ended') return;
    const { clock } = this.#context;
    clock.clearTimeout(this.#late);
    this.#become('draining');
    this.send({ kind: 'drain' });
    this.#late = clock.setTimeout(() => this.kill(), this.#grace + KILL_TIMEOUT);
  }

  kill(): void {
    this.#port.kill('SIGKILL');
  }

  /** A worker without an access log ignores the signal. */
  reopenLogs(): void {
    this.#port.kill('SIGUSR1');
  }

  #become(state: WorkerState): void {
    const allowed: readonly WorkerState[] = nextStates[this.#state];
    if (!allowed.includes(state)) throw new Error(`a worker cannot become ${state} from ${this.#state}`);
    this.#state = state;
  }

  #received(message: Sent<FromWorker>): void {
    const { nodes, sockets } = this.#context;
    switch (message.kind) {
      case 'hello':
        this.#greet(message.gateway, message.release);
        return;
      case 'linked':
        this.#node = message.node;
        void nodes.announce(this, message.node).then(() => this.send({ kind: 'announced' }));
        return;
      case 'knows':
        nodes.knows(this, message.name);
        return;
      case 'bind':
        sockets.bind(this.#port, this.generation, message).then(
          (address) => this.send({ kind: 'bound', id: message.id, address }),
          (error: unknown) => this.send({ kind: 'bind-failed', id: message.id, error: asSystemError(error) }),
        );
        return;
      case 'broker':
        this.#context.broker.serve(message.settings).then(
          (stompPort) => this.send({ kind: 'broker-serves', stompPort }),
          (error: unknown) => this.send({ kind: 'broker-failed', error: asSystemError(error) }),
        );
        return;
      case 'stop':
        sockets.stop(this.#port, message.id);
        return;
      case 'listening':
        this.#listening(message.report);
        return;
      case 'counts':
        this.#questions.received(message.id, message.status);
        return;
      case 'pong':
        this.#connections = message.connections;
        this.#watch?.answered();
        return;
      case 'leaving':
        this.#leaving();
        return;
      case 'failed':
        this.#failure = new StartFailure(message.exitCode, message.lines);
    }
  }

  #greet(version: number, release: string): void {
    const { nodes, machine, directory, release: own } = this.#context;
    if (this.#state !== 'starting') return;
    if (version !== MESSAGES_VERSION) {
      const line = `release ${release} cannot run below the supervisor of release ${own}: restart it`;
      this.#fail(new StartFailure(1, [line]));
      return;
    }
    this.send({
      kind: 'start',
      generation: this.generation,
      machine,
      directory,
      nodes: nodes.nodes,
      snapshot: this.#snapshot,
      isCounted: this.#context.kept !== undefined,
    });
    nodes.add(this);
  }

  #listening(report: Report): void {
    this.#grace = report.grace;
    if (this.#state !== 'starting') return;
    this.#context.clock.clearTimeout(this.#late);
    this.#become('serving');
    this.#hasServed = true;
    this.#resolveStarted(report);
    // A worker of a release without this option answers no ping.
    const { workerTimeout = 0 } = report.processes;
    this.#watch = new HangWatch(this.#context.clock, workerTimeout, {
      ping: () => this.send({ kind: 'ping' }),
      hang: (silent) => this.#hang(silent),
    });
  }

  #hang(silent: number): void {
    const { log, hung } = this.#context;
    const fields = { ...this.fields, silentMs: silent, connections: this.#connections };
    log.error('worker does not answer: killing it', fields);
    hung?.();
    this.kill();
  }

  #leaving(): void {
    if (this.#state !== 'serving') return;
    this.#become('retiring');
    this.#resolveLeft('an operator ends it');
  }

  /** One that was killed has left it behind. Named pipes end with their process. */
  #removeSocket(): void {
    if (this.#node !== undefined && process.platform !== 'win32') rmSync(this.#node.path, { force: true });
  }

  #fail(failure: StartFailure): void {
    this.#failure ??= failure;
    this.kill();
  }

  #ended(ending: Ending): void {
    const { clock, nodes, sockets } = this.#context;
    clock.clearTimeout(this.#late);
    this.#watch?.stop();
    const isSudden = this.#state === 'starting' || this.#state === 'serving';
    this.#become('ended');
    this.#questions.ended();
    this.#context.kept?.add(this.#questions.last);
    if (isSudden) this.#resolveLeft(howEnded(ending));
    nodes.remove(this);
    this.#removeSocket();
    sockets.ended(this.#port);
    this.#rejectStarted(this.#failure ?? new StartFailure(1, [`the new process ended: ${howEnded(ending)}`]));
    this.#resolveEnded(ending);
  }
}

export function howEnded({ code, signal }: Ending): string {
  return signal === null ? `code ${code}` : signal;
}
