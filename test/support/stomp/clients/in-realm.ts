import type { CarrierUnderTest } from '../../../conformance/carriers.ts';
import { openRealm } from '../../browser/realm.ts';
import {
  adapterOf,
  isWanted,
  type ScenarioCase,
  type StompLibrary,
  scenarioScript,
  sourceOf,
  type Tag,
} from './libraries.ts';

/** Where a page connects to. */
export interface Place {
  readonly port: number;
  /** Path of the route. */
  readonly path: string;
  /** Headers of CONNECT. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageOptions {
  readonly tags: readonly Tag[];
  /** Whether there are heart-beats between page and broker. */
  readonly beats: boolean;
  /** Milliseconds for a case. */
  readonly millis: number;
  /** Called when a case waits for the broker to go and come back. */
  readonly ready?: () => void;
}

/** Whether the library runs in the stand-in browser of that transport. */
export function runsIn({ browser }: CarrierUnderTest, { needs }: StompLibrary): boolean {
  return !needs.some((name) => browser.without?.includes(name));
}

/** Pages so far, because no two pages may use the same destinations. */
let pages = 0;

/**
 * Runs the scenario with one library in a new page, with the shipped shim and one transport only.
 * Resolves with what was wrong, by name of the case.
 */
export async function runInPage(
  place: Place,
  carrier: CarrierUnderTest,
  library: StompLibrary,
  { tags, beats, millis, ready = () => {} }: PageOptions,
): Promise<Map<string, string | null>> {
  const { transport, browser } = carrier;
  const realm = openRealm({ ...browser, url: `http://127.0.0.1:${place.port}/page` });
  const problems = new Map<string, string | null>();
  try {
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
    realm.run(`var library;\n${sourceOf(library)}`);
    realm.run(scenarioScript);
    realm.run(adapterOf(library));
    pages += 1;
    const environment = {
      library: realm.window.library,
      url: `ws://127.0.0.1:${place.port}${place.path}`,
      headers: place.headers,
      prefix: `page-${process.pid}-${pages}`,
      beats,
      millis,
      ready,
    };
    const { stompScenario } = realm.window;
    for (const one of stompScenario.cases as ScenarioCase[]) {
      if (!isWanted(one, library, tags)) continue;
      const problem = await new Promise<string | null>((done) => stompScenario.run(environment, one, done));
      const thrown = realm.errors.splice(0).map(String).join(', ');
      problems.set(one.name, problem ?? (thrown === '' ? null : `the page threw ${thrown}`));
    }
    return problems;
  } finally {
    realm.leave();
  }
}
