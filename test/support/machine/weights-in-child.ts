import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a program that measures what holders count and what the process uses, one JSON value per
 * line, in a process that can collect garbage when it likes.
 */
export function weightsInChild<Weighed>(child: URL): Weighed[] {
  const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(child)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Weighed);
}
