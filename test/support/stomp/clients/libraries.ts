import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

/** A STOMP client library, as a script for a page. */
export interface StompLibrary {
  readonly name: string;
  /** File below `node_modules`. */
  readonly file: string;
  /** The page's name for it. */
  readonly global: string;
  /** Its property in `clients.js`. */
  readonly face: 'classic' | 'modern' | 'webstomp';
  /** Globals without which it does not run, whatever a shim does. */
  readonly needs: readonly string[];
  /** Cases of `scenario.js` that this library can run beside those that all can. */
  readonly tags: readonly Tag[];
}

/** Tags of `scenario.js`. */
export type Tag = 'talk' | 'large' | 'bytes' | 'binary' | 'over' | 'beats' | 'restart';

/** Every client library under test. */
export const stompLibraries: readonly StompLibrary[] = [
  {
    name: 'stompjs 2.3.3',
    file: 'stompjs/lib/stomp.js',
    global: 'Stomp',
    face: 'classic',
    needs: [],
    tags: [],
  },
  {
    name: 'stomp-websocket 2.3.4-next',
    file: 'stomp-websocket/lib/stomp.js',
    global: 'Stomp',
    face: 'classic',
    needs: [],
    tags: [],
  },
  {
    name: '@stomp/stompjs 7',
    file: '@stomp/stompjs/bundles/stomp.umd.js',
    global: 'StompJs',
    face: 'modern',
    needs: ['Uint8Array', 'TextEncoder'],
    tags: ['bytes'],
  },
  {
    name: 'webstomp-client 1.2',
    file: 'webstomp-client/dist/webstomp.js',
    global: 'webstomp',
    face: 'webstomp',
    needs: ['Uint8Array'],
    tags: ['binary'],
  },
];

export function sourceOf({ file }: StompLibrary): string {
  return readFileSync(new URL(`../../../../node_modules/${file}`, import.meta.url), 'utf8');
}

/** Script that makes `library` from what the library's script put into the page. */
export function adapterOf({ face, global }: StompLibrary): string {
  return `library = stompClients.${face}(${global});`;
}

/** `stompClients` and `stompScenario`, in ES3. */
export const scenarioScript = ['clients.js', 'scenario.js']
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  .join('\n');

/** A case of `scenario.js`. */
export interface ScenarioCase {
  readonly name: string;
  readonly tag: Tag;
}

/** Cases that not every library supports. */
const SPECIAL: readonly Tag[] = ['bytes', 'binary'];

/** Whether a library runs a case when the cases with these tags are wanted. */
export function isWanted(
  { tag }: ScenarioCase,
  { tags: own }: StompLibrary,
  wanted: readonly Tag[],
): boolean {
  return SPECIAL.includes(tag) ? own.includes(tag) && wanted.includes(tag) : wanted.includes(tag);
}

const page = createContext({});
runInContext(scenarioScript, page);
const cases = runInContext('stompScenario.cases', page) as ScenarioCase[];

/** The names of the cases that a library runs, in the scenario's order. */
export function casesOf(library: StompLibrary, wanted: readonly Tag[]): string[] {
  return cases.filter((one) => isWanted(one, library, wanted)).map(({ name }) => name);
}
