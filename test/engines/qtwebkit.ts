import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';

/** The distribution's Python, as the engine is a package of the distribution's. */
const PYTHON = '/usr/bin/python3';
const page = fileURLToPath(new URL('qtwebkit/page.py', import.meta.url));

export function missing(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import PyQt5.QtWebKitWidgets']);
  return status === 0 ? undefined : 'QtWebKit (Debian package python3-pyqt5.qtwebkit)';
}

/** QtWebKit 5.212: WebKit 602.1, of the family of Safari 10. */
export function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  return runChild(PYTHON, [page, url], { seconds, env: { QT_QPA_PLATFORM: 'offscreen' } });
}
