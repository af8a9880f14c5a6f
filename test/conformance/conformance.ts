import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { Realm } from '../support/browser/realm.ts';

/** The scenario, as pages get it. */
export const scenario = readFileSync(new URL('scenario.js', import.meta.url), 'utf8');

export type Tag = 'local' | 'lines' | 'echo' | 'commands' | 'refuse' | 'transport';

export interface Environment {
  /** Address of the route, `ws://…`. */
  readonly url: string;
  /** Name of the transport under test; `null` is whatever the page has. */
  readonly transport: string | null;
  /** Time for one case. */
  readonly millis: number;
}

interface Case {
  readonly name: string;
  readonly tag: Tag;
}

/** The names of the cases with one of these tags, in the scenario's order. */
export function casesOf(tags: readonly Tag[]): string[] {
  const page = createContext({});
  runInContext(scenario, page);
  const all = runInContext('conformance.cases', page) as Case[];
  return all.filter(({ tag }) => tags.includes(tag)).map(({ name }) => name);
}

export interface Suite {
  readonly tags: readonly Tag[];
  /** Called when the first case runs. */
  environment(): Environment;
  /** Opens a page in which `WebSocket` is what is under test. */
  open(): Promise<Realm>;
}

/**
 * The one suite: a test for each case, in a page of its own, so that no case can lean on another.
 */
export function websocketConformance({ tags, environment, open }: Suite): void {
  let realm: Realm | undefined;

  afterEach(() => {
    realm?.leave();
    realm = undefined;
  });

  for (const name of casesOf(tags)) {
    it(name, async () => {
      realm = await open();
      realm.run(scenario);
      const problem = await runCase(realm, environment(), name);
      assert.equal(problem, null);
      assert.deepEqual(realm.errors, []);
    });
  }
}

/** Runs one case in a page, and resolves with what was wrong. */
export function runCase(realm: Realm, environment: Environment, name: string): Promise<string | null> {
  const { conformance } = realm.window;
  const which = conformance.cases.find((one: Case) => one.name === name);
  return new Promise((done) => conformance.run(environment, which, done));
}
