import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify, parse as yaml } from 'yaml';
import { createLog } from '../../../gateway/base/log.ts';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import { composeGateway } from '../../../gateway/gateway.ts';

/** How a gateway is started: flags, and what stands in its config file. */
export interface Started {
  readonly flags: readonly string[];
  readonly file?: Readonly<Record<string, unknown>>;
}

export type Line = Readonly<Record<string, unknown>>;

export interface RunningGateway {
  readonly port: number;
  readonly stompPort: number | undefined;
  readonly lines: Line[];
  close(): Promise<void>;
}

/** Starts a gateway as `main.ts` does, with a log that is kept. */
export async function startFrom({ flags, file }: Started): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-refusals-'));
  const config = join(folder, 'gateway.yaml');
  if (file !== undefined) writeFileSync(config, stringify(file));
  const given = ['--listen', '127.0.0.1:0', ...(file === undefined ? [] : ['--config', config]), ...flags];
  const commandLine = readCommandLine(given, '0');
  if (commandLine.kind !== 'run') throw new Error(commandLine.text);
  const lines: Line[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line));
  const log = createLog({ level: 'info', format: 'json', write });
  const gateway = composeGateway(commandLine.options, { log }, commandLine.writtenAs);
  const { port, stompPort } = await gateway.listen();
  return {
    port,
    stompPort,
    lines,
    close: async () => {
      await gateway.close(0);
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Edits how the gateway is started as a line of the log says, and by nothing else. `fill` replaces
 * what the line leaves to the operator, such as the name of a file.
 */
export function repaired(started: Started, remedy: string, fill: Readonly<Record<string, string>>): Started {
  let text = remedy;
  for (const [blank, value] of Object.entries(fill)) text = text.replaceAll(blank, value);
  const flag = /^start with (--[a-z-]+)(?: ('[^']*'|[^\s;']+))?(?:;|$)/.exec(text);
  if (flag !== null) return withFlag(started, String(flag[1]), flag[2]?.replaceAll("'", ''));
  const entry = /^write (\w+): (.+?) in (?:the file of --config|\S+\.yaml)(?:;|$)/.exec(text);
  if (entry !== null) return withEntry(started, String(entry[1]), yaml(String(entry[2])));
  throw new Error(`no option in: ${remedy}`);
}

const LISTS = ['--origin', '--host', '--trusted-proxy'];

/** A list gets one more entry. A route of the same path, and any other option, is replaced. */
function withFlag({ flags, file }: Started, name: string, value: string | undefined): Started {
  const start = name === '--route' ? `${value?.split('=', 1)[0]}=` : '';
  const kept = LISTS.includes(name) ? flags : without(flags, name, start);
  return { flags: [...kept, name, ...(value === undefined ? [] : [value])], ...(file && { file }) };
}

/** Without the flag of this name whose value begins so. */
function without(flags: readonly string[], name: string, start: string): string[] {
  const isOld = (index: number): boolean => flags[index] === name && !!flags[index + 1]?.startsWith(start);
  return flags.filter((_, index) => !isOld(index) && !isOld(index - 1));
}

/** An entry of `routes` changes the route of its path; other tables get further settings. */
function withEntry({ flags, file = {} }: Started, key: string, value: unknown): Started {
  if (key !== 'routes')
    return { flags, file: { ...file, [key]: { ...Object(file[key]), ...Object(value) } } };
  const entry = asRoute((value as unknown[])[0]);
  const before = (file.routes ?? []) as { path: string }[];
  const same = before.find(({ path }) => path === entry.path);
  const others = before.filter((route) => route !== same);
  const routes = [...others, { ...same, ...entry }];
  return { flags: without(flags, '--route', `${entry.path}=`), file: { ...file, routes } };
}

function asRoute(entry: unknown): { path: string } {
  if (typeof entry !== 'string') return entry as { path: string };
  const [path = '', backend] = entry.split('=');
  return Object.assign({ path }, { backend });
}
