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

/**
 * Calls `drain` for the first signal. A second one ends the process at once with 1. The process
 * ends with 0 when it has drained, or as `fail` says.
 */
export function closeOnSignals(drain: () => Promise<void>, fail: (error: unknown) => void): void {
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = performance.now();
      drain().then(() => process.exit(0), fail);
    } else if (performance.now() - since >= SAME_SIGNAL) process.exit(1);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  if (process.env.npm_lifecycle_event === 'start') closeWithParent(() => since ?? onSignal());
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
