import { parseArgs } from 'node:util';
import { describeResult } from './report.ts';
import { runTarget } from './run-target.ts';
import { loadTargets } from './target.ts';

const HELP = `npm run fuzz -- [options]

  --inputs N       random inputs in all, such as 1e6, the same number for each target;
                   default 100,000
  --seed N         seed of the generator; default a new one, which is printed
  --target NAMES   only these targets, separated by commas
  --from N         index of the first input; with --inputs 1 it repeats one input
  --list           print the names of the targets
Exits with 1 if a target failed.`;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1e5' },
    seed: { type: 'string' },
    target: { type: 'string' },
    from: { type: 'string', default: '0' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const all = await loadTargets();
const names = values.target?.split(',') ?? all.map(({ name }) => name);
const unknown = names.find((name) => !all.some((target) => target.name === name));
if (values.help) console.log(HELP);
else if (values.list) console.log(names.join('\n'));
else if (unknown !== undefined)
  fail(`--target ${unknown}: must be one of ${all.map((t) => t.name).join(', ')}`);
else {
  const inputs = whole('inputs', values.inputs);
  const from = whole('from', values.from);
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole('seed', values.seed) >>> 0;
  const wanted = all.filter(({ name }) => names.includes(name));
  const share = Math.ceil(inputs / wanted.length);
  for (const target of wanted) {
    const result = await runTarget(target, { seed, inputs: share, from });
    console.log(describeResult(target.name, seed, result));
    if (result.failed > 0) process.exitCode = 1;
  }
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  return fail(`--${name} ${text}: must be a whole number`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
