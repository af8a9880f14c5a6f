import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '../engines/programs.ts';
import { hasNginx } from './nginx.ts';
import { type BenchOptions, HELP, readOptions } from './options.ts';
import { type GroupResult, runScenario } from './run-scenario.ts';
import { type RowGroup, scenarios } from './scenarios.ts';
import { formatTable } from './table.ts';
import { hasNats } from './worker-scenarios.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GATEWAY = join(ROOT, 'dist/gateway/index.js');
const LOAD = join(ROOT, 'dist/bench/load/main.js');
const COMPARED = ['sockjs', 'engine.io', 'ws'];

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return console.log(HELP);
  if (options.build) build();
  if (!options.build) requireBuilt();
  const present = {
    gateway: existsSync(GATEWAY),
    nginx: hasNginx(),
    rabbitmq: hasRabbitMq(),
    'nats-server': hasNats(),
  };
  const absent = Object.entries(present).flatMap(([name, isThere]) => (isThere ? [] : [name]));
  for (const name of absent) console.log(`${name} is not there: its rows are left out`);
  const [busy] = loadavg() as [number, number, number];
  if (busy > 0.3 * cpus().length)
    console.log(`the machine is at work already (load ${busy.toFixed(1)}): expect noise`);
  const profile = options.profile ? await mkdtemp(join(tmpdir(), 'bench-profile-')) : undefined;
  const settings = { ...options.scale, headers: options.headers, profile };
  const results: Record<string, readonly GroupResult[]> = {};
  for (const scenario of scenarios.filter(({ name }) => options.only.includes(name))) {
    const groups = scenario.groups.map((group) => chosen(group, options, absent)).filter(isNotEmpty);
    const runs = scenario.exact ? 1 : options.runs;
    const result = await runScenario(scenario, groups, runs, settings, (row, run) =>
      progress(`${scenario.name}: run ${run + 1} of ${runs}: ${row}`),
    );
    progress('');
    results[scenario.name] = result;
    console.log(['', scenario.title(options.scale), ...formatTable(scenario, result)].join('\n'));
  }
  await writeFile(options.output, `${JSON.stringify(await document(options, results), undefined, 2)}\n`);
  console.log(`\nMedian (min–max) of interleaved runs; all figures are in ${options.output}`);
  if (profile !== undefined) console.log(`CPU profiles of the gateway are in ${profile}`);
}

function hasRabbitMq(): boolean {
  return process.platform === 'linux' && ['rabbitmq-server', 'epmd'].every((name) => program(name));
}

/** What is measured runs as it is shipped: compiled, in plain Node. */
function build(): void {
  for (const project of ['gateway', 'test/bench']) {
    const { status } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, project)],
      { stdio: 'inherit' },
    );
    if (status !== 0) throw new Error(`${project} does not compile`);
  }
}

/** Without the built programs every row would fail. */
function requireBuilt(): void {
  const missing = [GATEWAY, LOAD].filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  const names = missing.map((file) => file.slice(ROOT.length)).join(', ');
  throw new Error(`nothing to measure: ${names} is not built; leave out --no-build`);
}

/** The requested rows that can be run here. */
function chosen(group: RowGroup, { groups, against }: BenchOptions, absent: readonly string[]): RowGroup {
  if (groups !== undefined && !groups.includes(group.name)) return { ...group, rows: [] };
  const rows = group.rows.filter(({ name, needs }) => {
    if (absent.some((word) => name.startsWith(word) || needs === word)) return false;
    return against === undefined || ['gateway', ...against].some((word) => name.includes(word));
  });
  return { ...group, rows };
}

function isNotEmpty({ rows }: RowGroup): boolean {
  return rows.length > 0;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

async function document(options: BenchOptions, results: Record<string, readonly GroupResult[]>) {
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    loadAfter: loadavg()[0],
    versions: Object.fromEntries(await Promise.all(COMPARED.map(versionOf))),
    runs: options.runs,
    headers: options.headersName,
    scale: options.scale,
    results,
  };
}

async function versionOf(name: string): Promise<[string, string]> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
  return [name, (manifest as { version: string }).version];
}

// A bench that is given up ends what it has started, by the listeners for its own exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
