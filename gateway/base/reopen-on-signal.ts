import type { LineFile } from './line-file.ts';

/**
 * Has the file opened again for SIGUSR1, as logrotate's `postrotate` sends it. Node would start its
 * debugger. The returned function ends that. Windows has no such signal.
 */
export function reopenOnSignal(file: LineFile): () => void {
  if (process.platform === 'win32') return () => {};
  const reopen = (): void => file.reopen();
  process.on('SIGUSR1', reopen);
  return () => process.off('SIGUSR1', reopen);
}
