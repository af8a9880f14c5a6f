import type { Socket } from 'node:net';
import {
  type FromWorker,
  MESSAGES_VERSION,
  type Report,
  type ToWorker,
} from '../../../gateway/supervisor/messages.ts';
import type { WorkerListener, WorkerPort } from '../../../gateway/supervisor/worker-port.ts';

/** A worker that does what a test says. */
export class FakeWorker implements WorkerPort {
  readonly received: ToWorker[] = [];
  readonly signals: string[] = [];
  readonly given: { readonly socket: Socket; readonly done: (hasLeft: boolean) => void }[] = [];
  /** What it answers to a ping; undefined: it hangs. */
  pong: { readonly kind: 'pong'; readonly connections: number } | undefined;
  #listener!: WorkerListener;

  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  listen(listener: WorkerListener): void {
    this.#listener = listener;
  }

  send(message: ToWorker): void {
    this.received.push(message);
    if (message.kind === 'ping' && this.pong !== undefined) this.says(this.pong);
  }

  give(_id: number, socket: Socket, done: (hasLeft: boolean) => void): void {
    this.given.push({ socket, done });
  }

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    this.ends(null, signal);
  }

  says(message: FromWorker, gateway = MESSAGES_VERSION): void {
    this.#listener.received({ gateway, ...message });
  }

  /** It greets and serves. */
  serves(changes: Partial<Report['processes']> = {}, grace = 500): void {
    this.says({ kind: 'hello', release: '1.0.0' });
    this.says({ kind: 'listening', report: report(changes, grace) });
  }

  ends(code: number | null, signal: string | null = null): void {
    this.#listener.ended({ code, signal });
  }

  /** Kinds of what it was sent. */
  get kinds(): string[] {
    return this.received.map(({ kind }) => kind);
  }
}

function report(changes: Partial<Report['processes']>, grace: number): Report {
  return {
    release: '1.0.0',
    address: { host: '127.0.0.1', port: 1, stompPort: undefined, policyPort: undefined },
    processes: {
      workers: 1,
      pidFile: undefined,
      linger: 1_000,
      maxGenerations: 2,
      workerTimeout: 0,
      ...changes,
    },
    grace,
    snapshot: { release: '1.0.0', content: 'options' },
  };
}
