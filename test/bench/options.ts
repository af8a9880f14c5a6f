import { parseArgs } from 'node:util';
import { type HeaderSet, headerSets } from './headers.ts';
import { GROWTH, type Scale, scenarios } from './scenarios.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly groups: readonly string[] | undefined;
  readonly against: readonly string[] | undefined;
  readonly runs: number;
  readonly headers: HeaderSet;
  readonly headersName: string;
  readonly profile: boolean;
  readonly build: boolean;
  readonly output: string;
  readonly scale: Scale;
}

export const HELP = `npm run bench -- [options]

  --quick               small and short: for a first look, not for a verdict
  --only NAMES          of ${scenarios.map(({ name }) => name).join(', ')}
  --groups NAMES        rows of these groups only: xhr-streaming, handler, sockjs xhr, …
  --against WORDS       rows of the gateway, and those with one of these words in their name
  --runs N              interleaved runs of each row; default 5, quick 3
  --headers NAME        request headers of every client: ${Object.keys(headerSets).join(', ')}
  --profile             the gateway writes CPU profiles into a temporary folder
  --no-build            use what was built before
  --output FILE         default bench-results.json
Names and words are separated by commas.`;

const FULL: Scale = {
  warmUp: 1000,
  duration: 2000,
  sessions: 100,
  pushSessions: 1000,
  idleSessions: 4500,
  growth: GROWTH,
};

const QUICK: Scale = {
  warmUp: 700,
  duration: 1000,
  sessions: 100,
  pushSessions: 300,
  idleSessions: 1500,
  growth: GROWTH.slice(0, 2),
};

/** Reads the command line; undefined for help. Throws for what is not understood. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      groups: { type: 'string' },
      against: { type: 'string' },
      runs: { type: 'string' },
      headers: { type: 'string', default: 'minimal' },
      profile: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      output: { type: 'string', default: 'bench-results.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const runs = Number(values.runs ?? (values.quick ? 3 : 5));
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs must be a whole number, 1 or more');
  const headers = headerSets[values.headers];
  if (headers === undefined)
    throw new Error(`--headers must be one of ${Object.keys(headerSets).join(', ')}`);
  const known = scenarios.map(({ name }) => name);
  const only = list(values.only) ?? known;
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: must be of ${known.join(', ')}`);
  return {
    quick: values.quick,
    only,
    groups: list(values.groups),
    against: list(values.against),
    runs,
    headers,
    headersName: values.headers,
    profile: values.profile,
    build: !values['no-build'],
    output: values.output,
    scale: values.quick ? QUICK : FULL,
  };
}

function list(value: string | undefined): readonly string[] | undefined {
  return value?.split(',').map((name) => name.trim());
}
