import { join } from 'node:path';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable, program } from './programs.ts';

const home = join(enginesHome, 'khtml');
const binary = join(home, 'page');

export function missing(): string | undefined {
  return executable(binary) && program('Xvfb') ? undefined : 'KHTML (test/engines/install.sh khtml)';
}

/** KHTML 5 with KJS, as in Konqueror: no WebSocket, no EventSource, no storage. */
export function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  const env = {
    // All of KDE's own data, and no registered applications: one that claims http would be started
    // for each frame.
    XDG_DATA_DIRS: join(home, 'share'),
    // Network workers are children of the program, not of a daemon of the desktop's.
    KDE_FORK_SLAVES: '1',
    // They tell of each daemon that is not there.
    QT_LOGGING_RULES: '*=false',
  };
  return runChild(binary, [url], { seconds, env, screen: true });
}
