import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RUNS } from '../engines/runs.ts';
import { ENTRY_LINKS, type EntryLink } from '../support/cluster/entry-links.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const GROUPS = ['unit', 'checks', 'integration', 'third-party', 'engines'] as const;
export type Group = (typeof GROUPS)[number];

/** How long each group takes, in minutes, with everything installed, on two cores. */
export const MINUTES: Readonly<Record<Group, number>> = {
  unit: 1,
  checks: 4,
  integration: 22,
  'third-party': 8,
  engines: 20,
};

/** Test files that one process of mocha runs. */
export interface Job {
  readonly name: string;
  readonly group: Group;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Titles of the only tests that run. @default all */
  readonly tests?: readonly string[];
  /** Nothing may run beside it: it measures time or memory. */
  readonly alone: boolean;
  /** Jobs that share a resource run one after the other. */
  readonly resource?: string;
  /** How much of a slot it takes. @default 1 */
  readonly share?: number;
  /** Its tests wait more than they compute: it runs beside jobs that compute. @default false */
  readonly waits?: boolean;
}

/** How many jobs run side by side. More of them make tests that wait for each other late. */
export const SIDE_BY_SIDE = Math.min(2, availableParallelism());

/** Of a slot: an engine waits for a third of its time, so three of them keep two cores busy. */
const ENGINE_SHARE = 2 / 3;

/** Of a slot: half of the time or less is CPU. */
const WAITING_SHARE = 1 / 2;

/** Files whose pages wait for what is late, does not come, or comes at intervals. */
const WAITING: readonly RegExp[] = [
  /integration\/(cluster-faults|faults|frozen-tab|page-life)\.test/,
  /integration\/stomp-(clients|engines|real-brokers|sockjs)\.test/,
  /engines\/(endings|flash-ladder|internet-explorer|logins|native-kept|page-life)\.test/,
  /engines\/(round-trips|socket-agents)\.test/,
  / edbrowse$/,
];

/** Files that measure how long something takes or how much memory it holds. */
const ALONE: readonly RegExp[] = [
  /^test\/integration\/(backpressure|leaks|slow-neighbour|stomp-hostile|under-attack)\.test/,
  /^test\/security\/linear[^/]*\.test/,
];

/** Runs of Wine wait for each other's lock, and their time is counted meanwhile. */
const WINE =
  /integration\/(main-job|stomp-engines|stomp-shim|stomp-sockjs-shim)\.test|engines\/two-connections\.test/;

/** Unit tests that run many bundles of the shim, and have a process each. */
const SLOW_FILES: readonly string[] = [
  'test/unit/client-shim/stomp-fix.test.ts',
  'test/unit/client-shim/stomp-sockets.test.ts',
];

const secondsFile = `${root}/test/run/seconds.json`;

/** How long jobs took when `--record` wrote the file. The order of the jobs is all it decides. */
export const SECONDS: Readonly<Record<string, number>> = JSON.parse(readFileSync(secondsFile, 'utf8'));

/** Writes down how long these jobs took. Forgets those that are in no plan any more. */
export function recordSeconds(measured: ReadonlyMap<string, number>, file = secondsFile): void {
  const entries = jobsOf(GROUPS)
    .map(({ name }) => [name, Math.round(measured.get(name) ?? SECONDS[name] ?? 0)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

/** Groups that say most about a change in the least time. The others run as one. */
const EARLY: readonly Group[] = ['unit', 'checks'];

/**
 * All jobs of these groups, in the order in which they begin. The longest begin first, so that none
 * is left alone at the end.
 */
export function jobsOf(groups: readonly Group[]): Job[] {
  const jobs = {
    unit: unitJobs,
    checks: checkJobs,
    integration: integrationJobs,
    'third-party': thirdPartyJobs,
    engines: engineJobs,
  };
  const early = EARLY.filter((group) => groups.includes(group));
  const late = groups.filter((group) => !EARLY.includes(group));
  return [...early.map((group) => jobs[group]()), late.flatMap((group) => jobs[group]())].flatMap(
    longestFirst,
  );
}

function longestFirst(jobs: readonly Job[]): Job[] {
  const seconds = ({ name }: Job): number => SECONDS[name] ?? 0;
  return jobs.toSorted((a, b) => seconds(b) - seconds(a));
}

/** Unit tests: one process for each room, and for each file that takes as long as a room. */
function unitJobs(): Job[] {
  const folders = readdirSync(`${root}/test/unit`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `test/unit/${name}`);
  const rooms = folders.map((folder) => {
    const files = testsIn(folder).filter((file) => !SLOW_FILES.includes(file) && !isCheck(file));
    return job('unit', folder, files);
  });
  const slow = SLOW_FILES.map((file) => job('unit', file, [file]));
  return [...slow, ...rooms.filter(({ files }) => files.length > 0)];
}

/** Tests of the repository as a whole, and those that weigh and fuzz. */
function checkJobs(): Job[] {
  const weights = testsIn('test/unit').filter(isCheck);
  return [
    ...weights.map((file) => job('checks', file, [file])),
    ...testsIn('test/documents').map((file) => job('checks', file, [file])),
    ...['test/fuzz', 'test/architecture', 'test/words', 'test/run'].map((folder) =>
      job('checks', folder, testsIn(folder)),
    ),
  ];
}

/**
 * Compares what is counted with the memory in use, builds the shim several times, or installs the
 * package: many seconds of CPU.
 */
function isCheck(file: string): boolean {
  return /\/(weights|memory)\.test\.ts$|\/client-shim\/build\.test\.ts$|^test\/unit\/package\//.test(file);
}

/** Folders whose files take less time than a process of their own needs to start. */
const SHORT_FILES: readonly string[] = ['test/conformance/sockjs', 'test/security'];

/**
 * Tests of the whole gateway: one process for each file, or for a folder of short ones. The suites
 * of both protocols run once more for each link, through a gateway that owns none of the sessions.
 */
function integrationJobs(): Job[] {
  const files = ['test/integration', 'test/conformance', 'test/security'].flatMap(testsIn);
  const folderOf = (file: string) =>
    isAlone(file) ? undefined : SHORT_FILES.find((at) => file.startsWith(at));
  const jobs = [
    ...files.filter((file) => folderOf(file) === undefined).map((file) => job('integration', file, [file])),
    ...SHORT_FILES.map((at) =>
      job(
        'integration',
        at,
        files.filter((file) => folderOf(file) === at),
      ),
    ),
  ];
  const behindEntries = ENTRY_LINKS.flatMap((link) => [
    behindEntry(link, ['test/conformance/transports.test.ts']),
    behindEntry(link, ['test/conformance/shared.test.ts']),
    behindEntry(link, testsIn('test/conformance/sockjs')),
  ]);
  return [...jobs, ...behindEntries];
}

function behindEntry(link: EntryLink, suites: readonly string[]): Job {
  const name = suites.length === 1 ? suites[0] : 'test/conformance/sockjs';
  const files = ['test/support/cluster/entry-hook.ts', ...suites];
  return { ...job('integration', `${name} behind an entry, ${link}`, files), env: { ENTRY_LINK: link } };
}

/** Libraries and applications of other people: one process for each file. */
function thirdPartyJobs(): Job[] {
  return testsIn('test/third-party').map((file) => job('third-party', file, [file]));
}

/** The conformance suite has one process for each engine. */
function engineJobs(): Job[] {
  const conformance = 'test/engines/conformance.test.ts';
  const files = testsIn('test/engines').filter((file) => file !== conformance);
  const suites = RUNS.map(({ engine }): Job => {
    const made = job('engines', `${conformance} ${engine}`, [conformance]);
    const resource = engine.startsWith('wine') ? { resource: 'wine' } : {};
    return {
      ...made,
      env: { ENGINES: engine },
      share: made.waits ? WAITING_SHARE : ENGINE_SHARE,
      ...resource,
    };
  });
  return [...suites, ...files.map((file) => job('engines', file, [file]))];
}

/** The unit tests of one room, as one job. */
export function roomJob(room: string): Job {
  const files = [`test/unit/${room}`, `test/${room}`]
    .filter((at) => existsSync(`${root}/${at}`))
    .flatMap(testsIn)
    .filter((file) => !isCheck(file));
  if (files.length > 0) return job('unit', `test/unit/${room}`, files);
  const rooms = readdirSync(`${root}/test/unit`).join(', ');
  throw new Error(`no room "${room}": must be one of ${rooms}`);
}

function job(group: Group, name: string, files: readonly string[]): Job {
  const alone = isAlone(name);
  const waits = WAITING.some((pattern) => pattern.test(name));
  const share = waits ? WAITING_SHARE : 1;
  return { name, group, files, alone, share, waits, ...(WINE.test(name) && { resource: 'wine' }) };
}

function isAlone(name: string): boolean {
  return ALONE.some((pattern) => pattern.test(name));
}

function testsIn(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}
