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
    async run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      // It would lie in the working folder; all else that it keeps is in memory.
      const args = [
        url,
        '--no-sandbox',
        '--disable-gpu',
        '--disable-gpu-shader-disk-cache',
        '--log-severity=disable',
      ];
      const open = (): Promise<RunResult> => runChild(binary, args, { seconds, screen: true });
      const result = await open();
      // One page in some hundred ends it: it asks X about a window that is gone.
      return result.done || !result.output.includes('X Error of failed request') ? result : open();
    },
  };
}
