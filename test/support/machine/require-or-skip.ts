import type { Context } from 'mocha';
import { type EngineName, engines } from '../../engines/engine.ts';
import { program } from '../../engines/programs.ts';
import { isThirdParty, missingThirdParty } from '../../third-party/home.ts';

const received = new Set<string>();

/**
 * Skips the test, or the suite whose `before` calls it, when a browser engine or a program is not
 * installed, and says so in one line. Under `CI=true` that is a failure.
 */
export function requireOrSkip(context: Context, name: string): void {
  const missing = whatIsMissing(name);
  if (missing === undefined) return;
  if (process.env.CI === 'true') throw new Error(`not installed: ${missing}`);
  if (!received.has(missing)) console.log(`skipped, as it is not installed: ${missing}`);
  received.add(missing);
  context.skip();
}

function whatIsMissing(name: string): string | undefined {
  if (name in engines) return engines[name as EngineName].missing();
  if (isThirdParty(name)) return missingThirdParty(name);
  return program(name) === undefined ? name : undefined;
}
