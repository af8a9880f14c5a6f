import { join } from 'node:path';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable, program } from './programs.ts';

/** The Chromium Embedded Framework, out of cefpython's wheels, in a small program of its own. */
export function version(number: '57' | '66') {
  const binary = join(enginesHome, `cef-${number}/wheels/cefpython3/page`);
  return {
    missing(): string | undefined {
      const there = executable(binary) && program('Xvfb');
      return there ? undefined : `CEF ${number} (test/engines/install.sh cef-${number})`;
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      // It would lie in the working folder; all else that it keeps is in memory.
      const args = [
        url,
        '--no-sandbox',
        '--disable-gpu',
        '--disable-gpu-shader-disk-cache',
        '--log-severity=disable',
      ];
      return runChild(binary, args, { seconds, screen: true });
    },
  };
}
