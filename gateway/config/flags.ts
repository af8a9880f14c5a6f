import { Command, CommanderError, Option } from 'commander';
import type { WrittenAs } from '../base/remedy.ts';
import { excessArguments, withoutMistakes } from './arguments.ts';
import { badOption, keyPath, type NameOf } from './complaint.ts';
import { readConfigFile } from './file.ts';
import { CHECK_FLAG, CONFIG_FLAG } from './flag-names.ts';
import type { Option as OptionEntry } from './option.ts';
import type { GatewayOptions } from './options.ts';
import { Problems } from './problems.ts';
import { type Written, writtenOn } from './remedies.ts';
import { resolveOptions } from './resolve.ts';
import type { ResolvedOptions } from './resolved.ts';
import { refuseLoops } from './route-loops.ts';
import { optionTable } from './schema.ts';

/** What to do: run, or print a text and end with 0. */
export type CommandLine =
  | {
      readonly kind: 'run';
      readonly options: ResolvedOptions;
      readonly writtenAs: WrittenAs;
      /** What `writtenAs` is made from. */
      readonly written: Written;
    }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Reads the flags and the config file that they name; flags win. Throws a `ConfigError` whose
 * message has one line for each mistake.
 */
export function readCommandLine(args: readonly string[], version: string): CommandLine {
  let printed = '';
  const command = createCommand(version, (text) => {
    printed += text;
  });
  const problems = new Problems();
  try {
    command.parse(withoutMistakes(args, problems), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw badOption(asOneLine(error.message));
  }
  for (const line of excessArguments(command.args)) problems.add(line);
  const flags = flagsOf(command);
  const file: string | undefined = command.getOptionValue('config');
  const options = merge(flags, file, problems);
  refuseLoops(options);
  if (command.getOptionValue('check') === true) return { kind: 'print', text: 'configuration is right\n' };
  const written = { flags: Object.keys(flags), file };
  return { kind: 'run', options, writtenAs: writtenOn(written), written };
}

function merge(
  given: Readonly<Record<string, unknown>>,
  path: string | undefined,
  problems: Problems,
): ResolvedOptions {
  const file = path === undefined ? undefined : problems.check([], () => readConfigFile(path));
  const nameOf: NameOf = (keys) => {
    const flag = flagOf(String(keys[0]), given);
    if (flag !== undefined && Object.hasOwn(given, String(keys[0]))) return flag;
    if (path === undefined) return flag ?? keyPath(keys);
    const line = file?.lineOf(keys);
    return `${path}${line === undefined ? '' : `:${line}`}: ${keyPath(keys)}`;
  };
  return resolveOptions({ ...file?.options, ...given } as GatewayOptions, nameOf, problems);
}

const entries = Object.entries(optionTable) as [string, OptionEntry][];

function createCommand(version: string, print: (text: string) => void): Command {
  const command = new Command('fallback-gateway')
    .description('A whole WebSocket for every browser and proxy, in front of any WebSocket server.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    .allowExcessArguments(true)
    .allowUnknownOption(true)
    .configureOutput({ writeOut: print, writeErr: () => {}, getOutHelpWidth: () => 110 })
    .configureHelp({ optionDescription: (option) => option.description })
    .option(CONFIG_FLAG, 'these options as YAML or JSON, in camelCase; flags win')
    .option(CHECK_FLAG, 'print all that is wrong with the configuration, and end')
    .addHelpText('after', helpTail);
  for (const [, entry] of entries) {
    if (entry.flag !== undefined) command.addOption(createFlag(entry.flag, entry));
    if (entry.negated !== undefined) command.addOption(new Option(entry.negated, entry.negatedHelp));
  }
  return command;
}

function createFlag(flag: string, entry: OptionEntry): Option {
  const flagOption = new Option(flag, `${entry.help}${defaultNote(entry)}`);
  if (entry.repeatable) {
    flagOption.argParser((given: string, before: string[] | undefined) => [...(before ?? []), given]);
  }
  return flagOption;
}

function defaultNote({ fallback, repeatable }: OptionEntry): string {
  const note = repeatable ? 'repeatable' : '';
  const text = Array.isArray(fallback)
    ? fallback.join(' ')
    : typeof fallback === 'boolean'
      ? ''
      : String(fallback ?? '');
  const notes = [note, text && `default ${text}`].filter(Boolean).join(', ');
  return notes && ` (${notes})`;
}

const helpTail = `
fallback-gateway reload [--pid-file <file>]: a running gateway with --workers takes over the installed
program and its configuration, and closes no connection.
fallback-gateway check-page URL says whether and where a page gets the shim's tag behind --app.
Times are milliseconds or have a unit (500ms, 25s, 2m); sizes are bytes or have one (64KiB, 16MiB).
In a config file --route is a list, routes, --demo is demo: true and --no-demo is demo: false.
Settings of single routes (host, ca, cert, key, auth, headers, ping, clientPing, maxMessage, maxSessions,
stomp), of TLS (minVersion, ciphers), of the embedded broker (users, redeliveries, maxQueues, ...) and of
SockJS (binary, sessionTimeout, responseLimit, ...) stand in the config file:
routes: [{ path, backend, ... }], tls: { ... }, stomp: { ... }, sockjs: { ... },
app: { url, host, inject, exclude, ca, prefix, timeout },
cluster: { url, name, user, password, token, credentials, ca, cert, key }.`;

/** The values of the flags that were given, by config key. */
function flagsOf(command: Command): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, { flag }] of entries) {
    if (flag === undefined) continue;
    const name = new Option(flag).attributeName();
    if (command.getOptionValueSource(name) === 'cli') given[key] = command.getOptionValue(name);
  }
  return given;
}

/** The flag of an option, in the form that was given. */
function flagOf(key: string, given: Readonly<Record<string, unknown>>): string | undefined {
  const entry = entries.find(([name]) => name === key)?.[1];
  const flag = given[key] === false ? (entry?.negated ?? entry?.flag) : entry?.flag;
  return flag?.split(' ')[0];
}

/** `error: unknown option '--rout'\n(Did you mean --route?)` */
function asOneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
}
