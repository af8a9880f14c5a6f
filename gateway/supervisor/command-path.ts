import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/** The program, and the folder that relative names of files are resolved in. */
export interface CommandPath {
  readonly path: string;
  readonly folder: string;
}

/**
 * How this program was called, with its symbolic links: a deployment that changes one of them
 * changes what a reload starts. `process.cwd()` has none, but the shell says its own in `PWD`.
 */
export function commandPath(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): CommandPath {
  const folder = env.PWD !== undefined && isSameFolder(env.PWD, cwd) ? env.PWD : cwd;
  const path = argv[1] ?? '';
  const below = relative(cwd, path);
  return { path: below.startsWith('..') ? path : resolve(folder, below), folder };
}

function isSameFolder(one: string, other: string): boolean {
  try {
    const [first, second] = [statSync(one), statSync(other)];
    return first.ino === second.ino && first.dev === second.dev;
  } catch {
    return false;
  }
}
