import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { fromSystemError } from '../base/system-error.ts';
import { type FromBroker, type ToBroker, VERSION } from '../broker-process/messages.ts';
import type { BrokerSettings } from '../broker-process/settings.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { HangWatch } from './hang-watch.ts';
import type { KeptCounters } from './kept-counters.ts';
import { RestartDelay } from './restart-delay.ts';
import { SnapshotQuestions } from './snapshot-questions.ts';

/** Milliseconds in which the process has to answer. */
const ANSWER_TIMEOUT = 15_000;

/** Milliseconds that the process has to end when no worker is left. */
const END_TIMEOUT = 2_000;

/** What the broker process works with. */
export interface BrokerChildParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Takes the counters of a process that ends; absent: nobody asks for any. */
  readonly kept?: KeptCounters | undefined;
  /** Called for a process that is killed because it does not answer. */
  readonly hung?: (() => void) | undefined;
  /** Starts a process that does `runBrokerProcess`. */
  fork(): ChildProcess;
}

/** Who waits for an answer of the process. */
interface Waiting {
  resolve(stompPort: number | undefined): void;
  reject(error: Error): void;
  readonly late: Timer;
}

/**
 * The broker process, as its supervisor sees it: one for all generations of workers, because what
 * a broker keeps is in its memory. A process that dies is started again, on the same socket and
 * port. Its clients have lost their connections then, and its queues are empty.
 */
export class BrokerChild {
  readonly #parts: BrokerChildParts;
  /** What the first call of `serve` said, and what later ones added. */
  #given: BrokerSettings | undefined;
  /** The same, with the port that was bound. */
  #settings: BrokerSettings | undefined;
  #child: ChildProcess | undefined;
  #questions: SnapshotQuestions;
  #watch: HangWatch | undefined;
  #waiting: Waiting | undefined;
  /** The last request: all workers of a generation have the same. */
  #last: BrokerSettings | undefined;
  /** Requests are made one after the other. */
  #before: Promise<unknown> = Promise.resolve();
  #startedAt = 0;
  readonly #delay = new RestartDelay();
  #restart: Timer;
  #whenEnded: (() => void) | undefined;

  constructor(parts: BrokerChildParts) {
    this.#parts = parts;
    this.#questions = new SnapshotQuestions(parts.clock);
  }

  /** Undefined while there is no process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process, or tells it what a reload has added. Brokers that it has keep the options
   * that they began with; a line says so. Resolves with the number of the TCP port, if there is
   * one. Rejects with the error with which Node refused to listen; a process that had nothing to
   * serve before has ended then.
   */
  serve(settings: BrokerSettings): Promise<number | undefined> {
    return this.#inTurn(() => this.#serve(settings));
  }

  async #serve(settings: BrokerSettings): Promise<number | undefined> {
    const before = this.#given;
    const isNew = !isDeepStrictEqual(settings, this.#last);
    this.#last = settings;
    if (before !== undefined && isNew) this.#warnOfChanges(before, settings);
    const given = before === undefined ? settings : extended(before, settings);
    if (isDeepStrictEqual(given, before)) return this.#settings?.listen?.port;
    const { listen } = given;
    const stompPort = await this.#ask(given);
    this.#given = given;
    // The port that the system has chosen is taken again after a restart.
    const bound = listen && stompPort !== undefined ? { ...listen, port: stompPort } : listen;
    this.#settings = { ...given, listen: bound };
    return stompPort;
  }

  /** What it counts; undefined if it does not answer in time. */
  snapshot(): Promise<Snapshot | undefined> {
    return this.#questions.ask((id) => this.#tell({ version: VERSION, kind: 'count', id }));
  }

  /** Ends the clients of the TCP port, and the process behind the last client of a worker. */
  drain(): void {
    this.#stopRestarts();
    this.#tell({ version: VERSION, kind: 'drain' });
  }

  /** Resolves when the process has ended: all workers have. One that hangs is killed. */
  async ended(): Promise<void> {
    const { clock } = this.#parts;
    if (this.#child === undefined) return;
    const late = clock.setTimeout(() => this.kill(), END_TIMEOUT);
    await new Promise<void>((resolve) => {
      this.#whenEnded = resolve;
    });
    clock.clearTimeout(late);
  }

  /** Ends the process at once. */
  kill(): void {
    this.#stopRestarts();
    this.#child?.kill('SIGKILL');
  }

  #stopRestarts(): void {
    this.#whenEnded ??= () => {};
    this.#parts.clock.clearTimeout(this.#restart);
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#before.then(action);
    this.#before = result.catch(() => {});
    return result;
  }

  #ask(settings: BrokerSettings): Promise<number | undefined> {
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const late = clock.setTimeout(() => {
        this.#takeWaiting()?.reject(
          new Error(`the broker process does not answer within ${ANSWER_TIMEOUT} ms`),
        );
      }, ANSWER_TIMEOUT);
      this.#waiting = { resolve, reject, late };
      this.#child ??= this.#fork(settings.socketPath);
      this.#tell({ version: VERSION, kind: 'serve', settings });
    });
  }

  /** Who waits, and waits no longer. */
  #takeWaiting(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#parts.clock.clearTimeout(waiting?.late);
    return waiting;
  }

  #fork(socketPath: string): ChildProcess {
    // A process that was killed has left it behind.
    if (process.platform !== 'win32') rmSync(socketPath, { force: true });
    const child = this.#parts.fork();
    this.#startedAt = this.#parts.clock.now();
    child.on('message', (message: FromBroker) => this.#answered(message));
    child.on('error', (error) => this.#ended(child, error.message));
    child.on('exit', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    return child;
  }

  #answered(message: FromBroker): void {
    if (message.version !== VERSION) return;
    if (message.kind === 'counts') {
      this.#questions.received(message.id, message.status);
      return;
    }
    if (message.kind === 'pong') {
      this.#watch?.answered();
      return;
    }
    if (message.kind === 'serving' && message.answersPings) this.#watch ??= this.#newWatch();
    const waiting = this.#takeWaiting();
    if (waiting === undefined) return;
    if (message.kind === 'serving') waiting.resolve(message.stompPort);
    else {
      if (this.#settings === undefined) this.#dismiss();
      waiting.reject(fromSystemError(message.error));
    }
  }

  #newWatch(): HangWatch {
    const { clock, log, hung } = this.#parts;
    return new HangWatch(clock, this.#last?.hangTimeout ?? 0, {
      ping: () => this.#tell({ version: VERSION, kind: 'ping' }),
      hang: (silentMs) => {
        log.error('broker process does not answer: killing it', { pid: this.pid, silentMs });
        hung?.();
        this.#child?.kill('SIGKILL');
      },
    });
  }

  #tell(message: ToBroker): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** Ends a process that has nothing to serve. */
  #dismiss(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }

  #ended(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#watch?.stop();
    this.#watch = undefined;
    this.#questions.ended();
    this.#parts.kept?.add(this.#questions.last);
    this.#questions = new SnapshotQuestions(this.#parts.clock);
    this.#takeWaiting()?.reject(new Error(`the broker process ended: ${reason}`));
    if (this.#whenEnded !== undefined) this.#whenEnded();
    else if (this.#settings !== undefined) this.#startAgain(this.#settings, reason);
  }

  #startAgain(settings: BrokerSettings, reason: string): void {
    const { clock, log } = this.#parts;
    const delay = this.#delay.next(clock.now() - this.#startedAt);
    log.error('broker process ended: starting another, with empty queues', { reason, delay });
    this.#restart = clock.setTimeout(() => {
      this.#inTurn(() => this.#ask(this.#settings ?? settings)).then(
        () => log.info('broker process started again', { pid: this.pid }),
        (error: Error) => {
          log.error('broker process does not start', { reason: error.message });
          this.#child?.kill('SIGKILL');
        },
      );
    }, delay);
  }

  #warnOfChanges(before: BrokerSettings, after: BrokerSettings): void {
    const isChanged = Object.entries(after.brokers).some(
      ([path, options]) => path in before.brokers && !isDeepStrictEqual(before.brokers[path], options),
    );
    const isMoved = before.listen !== undefined && !isDeepStrictEqual(before.listen, after.listen);
    if (!isChanged && !isMoved) return;
    this.#parts.log.warn('the embedded broker goes on as it was', {
      changed: [isChanged && 'stomp', isMoved && 'stompPort'].filter(Boolean).join(', '),
      remedy: 'restart the gateway: a reload keeps the broker, and with it what its queues hold',
    });
  }
}

/** What the process has stays as it is, also when it is started again. */
function extended(before: BrokerSettings, after: BrokerSettings): BrokerSettings {
  return {
    ...before,
    brokers: { ...after.brokers, ...before.brokers },
    listen: before.listen ?? after.listen,
  };
}
