import { hasTerminal } from './terminal.ts';

/**
 * The signals that ask a process to end. SIGHUP: its terminal is gone. SIGBREAK: Ctrl-Break on
 * Windows.
 */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Milliseconds in which a second signal is the first one once more. A terminal sends Ctrl-C to npm
 * and to us, and npm passes it on.
 */
const SAME_SIGNAL = 250;

/** Milliseconds between two looks at whether npm is still there. */
const NPM_LOOK = 1_000;

export interface SignalActions {
  /** The process ends with 0 when it has drained. */
  drain(): Promise<void>;
  /** Explains an error, and ends the process. */
  fail(error: unknown): void;
  /** What SIGHUP does while the terminal is there, if there was one. Absent: it drains. */
  readonly reload?: () => void;
  /** Before the process ends at once, for a second signal. */
  readonly kill?: () => void;
}

/** Drains for the first signal. A second one ends the process at once with 1. */
export function closeOnSignals({ drain, fail, reload, kill }: SignalActions): void {
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = performance.now();
      drain().then(() => process.exit(0), fail);
    } else if (performance.now() - since >= SAME_SIGNAL) {
      kill?.();
      process.exit(1);
    }
  };
  const onHangUp = reload && process.platform !== 'win32' ? reloadOn(reload, onSignal) : onSignal;
  for (const signal of SIGNALS) process.on(signal, signal === 'SIGHUP' ? onHangUp : onSignal);
  if (process.env.npm_lifecycle_event === 'start') closeWithParent(() => since ?? onSignal());
}

/** SIGHUP says that the terminal is gone, or is an operator's wish to reload. */
function reloadOn(reload: () => void, drain: () => void): () => void {
  const hadTerminal = hasTerminal();
  return () => {
    if (hadTerminal && !hasTerminal()) drain();
    else reload();
  };
}

/**
 * npm, or the shell between, may end without passing its signal on. We have another parent then.
 */
function closeWithParent(close: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    close();
  }, NPM_LOOK);
  timer.unref();
}
