import { once } from 'node:events';
import type { RunResult } from './engine.ts';
import { display, inSandbox } from './sandbox.ts';

interface ChildOptions {
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
  /** It needs an X server. */
  readonly screen?: boolean;
}

/** Runs an engine that is a program of its own, which ends with 0 when the page is done. */
export function runChild(
  command: string,
  args: readonly string[],
  { seconds, env = {}, screen = false }: ChildOptions,
): Promise<RunResult> {
  return inSandbox(seconds, async (sandbox) => {
    const shown = screen ? { DISPLAY: await display(sandbox) } : {};
    const child = sandbox.start(command, args, { ...env, ...shown });
    child.stdin?.end();
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) throw new Error(`it ended with ${code ?? signal}`);
  });
}
