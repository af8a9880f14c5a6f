import type { Realm } from '../support/browser/realm.ts';
import { casesOf, type Environment, runCase } from './conformance.ts';

/** Cases that run at the same time in one page, each on sockets of its own. */
export const SOCKETS = 6;

/** Runs all cases in a page that has the scenario, several at a time, and says what was wrong. */
export async function problemsOf(realm: Realm, environment: Environment): Promise<string[]> {
  const names = casesOf(['lines', 'echo', 'commands', 'refuse', 'transport']);
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const problem = await runCase(realm, environment, name);
      if (problem !== null) found.push(`${name}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, work));
  return found;
}
