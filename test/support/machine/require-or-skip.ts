import type { Context } from 'mocha';
import { type EngineName, engines } from '../../engines/engine.ts';
import { program } from '../../engines/programs.ts';

const received = new Set<string>();

/**
 * Skips the test, or the suite whose `before` calls it, when a browser engine or a program is not
 * installed, and says so in one line. Under `CI=true` that is a failure.
 */
export function requireOrSkip(context: Context, name: string): void {
  const missing = name in engines ? engines[name as EngineName].missing() : program(name) ? undefined : name;
  if (missing === undefined) return;
  if (process.env.CI === 'true') throw new Error(`not installed: ${missing}`);
  if (!received.has(missing)) console.log(`skipped, as it is not installed: ${missing}`);
  received.add(missing);
  context.skip();
}
