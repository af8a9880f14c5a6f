// Builds what changed: `npm run build`, or with names of steps `node scripts/build.mjs shim`.
// A step is current if its inputs and its outputs have the contents that they had after it last
// ran. Contents, not times: a checkout, a copy and a cache of CI change times.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.mjs';

/** In `npm run build` and `npm start`, the steps in their order. */
const STEPS = [
  {
    name: 'gateway',
    inputs: ['gateway', 'tsconfig.json'],
    outputs: 'dist/gateway',
    run: ['node_modules/typescript/bin/tsc', '-p', 'gateway/tsconfig.json'],
    seconds: 3,
  },
  {
    name: 'shim',
    inputs: ['client-shim'],
    outputs: 'dist/client-shim',
    run: ['--import', 'tsx', 'client-shim/build/build.ts'],
    seconds: 15,
  },
  {
    name: 'demo',
    inputs: ['scripts/demo-libraries.mjs'],
    outputs: 'dist/demo',
    run: ['scripts/demo-libraries.mjs'],
    seconds: 1,
  },
];

/** Milliseconds between two lines that say that a step goes on. */
const PROGRESS = 5_000;

/** What every step depends on: the tools' versions, and the version that the shim's banner has. */
const COMMON = ['package-lock.json', 'scripts/build.mjs'];
const PACKAGE_KEYS = ['name', 'version', 'license', 'type'];

/**
 * Runs the steps of these names that are not current. Returns whether all are, in the end. `out`
 * gets a line before what takes long, and what the steps print. `isListing`: a current step repeats
 * what it printed.
 */
export async function build(root, options = {}) {
  const { names = STEPS.map(({ name }) => name), out = process.stdout, isListing = false } = options;
  for (const step of STEPS.filter(({ name }) => names.includes(name))) {
    const stamp = readStamp(root, step);
    const reason = reasonToRun(root, step, stamp);
    if (reason === undefined) {
      if (isListing) out.write(stamp.printed);
      continue;
    }
    out.write(`building the ${step.name} (${reason}), about ${step.seconds} s\n`);
    if (!(await run(root, step, out))) return false;
  }
  return true;
}

function reasonToRun(root, step, stamp) {
  if (stamp === undefined) return 'not built yet';
  return (
    firstDifference(stamp.inputs, inputsOf(root, step), 'changed') ??
    firstDifference(stamp.outputs, hashes(root, [step.outputs]), 'is not as it was built')
  );
}

function firstDifference(before, now, what) {
  const file = Object.keys({ ...before, ...now }).find((each) => before[each] !== now[each]);
  return file && `${file} ${what}`;
}

async function run(root, step, out) {
  const stampFile = stampOf(root, step);
  const outputs = join(root, step.outputs);
  mkdirSync(outputs, { recursive: true });
  // A build that is broken off leaves no stamp. The file's own time is that of the file system.
  rmSync(stampFile, { force: true });
  const started = timeOf(root);
  const inputs = inputsOf(root, step);
  const { status, stdout, stderr, error } = await runProgram(step.run, {
    cwd: root,
    every: PROGRESS,
    onProgress: (seconds) => out.write(`still building the ${step.name}, for ${seconds} s\n`),
  });
  out.write(`${stdout ?? ''}${stderr ?? ''}`);
  if (status !== 0) {
    console.error(`the ${step.name} could not be built${error ? `: ${error.message}` : ''}`);
    return false;
  }
  // What an earlier build wrote and this one did not is the file of a source that is gone.
  for (const file of filesBelow(outputs)) if (statSync(file).mtimeMs < started) rmSync(file);
  const stamp = { inputs, outputs: hashes(root, [step.outputs]), printed: stdout };
  writeFileSync(stampFile, JSON.stringify(stamp));
  return true;
}

function timeOf(root) {
  const probe = join(root, 'dist', `.probe-${process.pid}`);
  writeFileSync(probe, '');
  const { mtimeMs } = statSync(probe);
  rmSync(probe);
  return mtimeMs;
}

function stampOf(root, { name }) {
  return join(root, 'dist', `.built-${name}.json`);
}

function readStamp(root, step) {
  try {
    return JSON.parse(readFileSync(stampOf(root, step), 'utf8'));
  } catch {
    return undefined;
  }
}

function inputsOf(root, { inputs }) {
  const described = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const used = PACKAGE_KEYS.map((key) => described[key]);
  return { ...hashes(root, [...COMMON, ...inputs]), 'package.json': JSON.stringify(used) };
}

/** Hashes of files, and of all files below folders, by path. */
function hashes(root, paths) {
  const found = {};
  for (const file of paths.flatMap((path) => filesBelow(join(root, path)))) {
    found[relative(root, file)] = createHash('sha1').update(readFileSync(file)).digest('base64');
  }
  return found;
}

function filesBelow(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

const [program, ...names] = process.argv.slice(1);
if (program === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const isAll = names.length === 0;
  const isBuilt = await build(root, isAll ? {} : { names, isListing: true });
  process.exitCode = isBuilt ? 0 : 1;
}
