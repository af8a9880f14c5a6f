import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable, program } from './programs.ts';

const python = join(enginesHome, 'python-3.7');
const binary = join(python, 'bin/python3.7');
const page = fileURLToPath(new URL('qtwebengine/page.py', import.meta.url));

/** QtWebEngine, the Chromium of Qt's applications, in PyQt5's wheels. */
export function release(number: string) {
  const wheels = join(enginesHome, `qtwebengine-${number}/wheels`);
  return {
    missing(): string | undefined {
      const there = executable(binary) && existsSync(wheels) && program('Xvfb');
      return there ? undefined : `QtWebEngine ${number} (test/engines/install.sh qtwebengine-${number})`;
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      const env = {
        PYTHONHOME: python,
        PYTHONPATH: wheels,
        PYTHONDONTWRITEBYTECODE: '1',
        LD_LIBRARY_PATH: python,
        QTWEBENGINE_DISABLE_SANDBOX: '1',
      };
      // Without a screen the old ones go down: they draw with OpenGL.
      return runChild(binary, [page, url, '--no-sandbox'], { seconds, env, screen: true });
    },
  };
}
