import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions, RunResult } from './engine.ts';
import { program } from './programs.ts';
import { inSandbox, type Sandbox, whileRuns } from './sandbox.ts';

export function missing(): string | undefined {
  return program('edbrowse') ? undefined : 'edbrowse (Debian package edbrowse)';
}

/** edbrowse 3.7: a line editor that browses, with a small document on Duktape. */
export function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  return inSandbox(seconds, (sandbox) => browse(sandbox, url));
}

async function browse(sandbox: Sandbox, url: string): Promise<void> {
  // Without a configuration it writes a sample of one and ends.
  await writeFile(join(sandbox.home, '.ebrc'), '\n');
  const child = sandbox.start(program('edbrowse') as string, []);
  child.stdin?.write(`b ${url}\n`);
  // It runs timers and answers of requests while it waits for a command. Its JavaScript debugger
  // prints the title.
  const ask = setInterval(() => child.stdin?.write('jdb\n"title is "+document.title\nbye\n'), 500);
  try {
    await whileRuns(
      child,
      new Promise<void>((done) => {
        child.stdout?.on('data', () => {
          if (sandbox.output.includes('title is done')) done();
        });
      }),
    );
  } finally {
    clearInterval(ask);
    sandbox.output = sandbox.output.replace(/^(title is .*|bye)?\n/gm, '');
  }
}
