import type { z } from 'zod';
import { ConfigError } from '../base/errors.ts';
import { closest } from './closest.ts';
import { knownKeys } from './schema.ts';

/** Says where a value stands, as the operator wrote it: `--heartbeat`, `gateway.yaml: routes[0].ping`. */
export type NameOf = (path: readonly PropertyKey[]) => string;

/** `routes[0].ping` */
export const keyPath: NameOf = (path) =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${named(key)}`))
    .join('');

/** A key that could not be read in a line, such as an empty or a very long one, is quoted and cut. */
function named(key: PropertyKey): string {
  const name = String(key);
  return /^[!-~](?:[ -~]{0,78}[!-~])?$/.test(name) ? name : shortened(JSON.stringify(name));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The first thing that is wrong, in one line: where, what stands there, and what may. */
export function firstComplaint(error: z.ZodError, given: unknown, nameOf: NameOf): string {
  // A key that is not known is often the one that is missing, misspelt.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  if (issue === undefined) return 'the options are not valid';
  if (issue.code === 'unrecognized_keys') {
    const key = String(issue.keys[0]);
    const meant = meantBy(key, knownKeys(issue.path));
    const hint = meant === undefined ? '' : `; did you mean ${keyPath([...issue.path, meant])}?`;
    return `${nameOf([...issue.path, key])} is not an option${hint}`;
  }
  const path = writtenPath(given, issue.path);
  const name = nameOf(path);
  const found = valueAt(given, path);
  const isFlag = name.startsWith('--');
  const message = issue.code === 'custom' ? issue.message : mustBe(issue, isFlag);
  if (found === undefined) return `${name} is missing: it ${message}`;
  const isBareFlag = found === true && isFlag;
  return `${name}${isBareFlag ? '' : ` ${shown(found, path)}`} ${message}`;
}

/** The error of an option that is wrong. `message` is one line. */
export function badOption(message: string): ConfigError {
  return new ConfigError('GW_CONFIG', message);
}

/** The second option of a line, in the words of the first: the file, if there is one, has been named. */
export function alsoNamed(nameOf: NameOf, key: string): string {
  return nameOf([key]).replace(/^.*: /, '');
}

/** `noDemo` for what is `--no-demo` on the command line, or the nearest word. */
function meantBy(key: string, keys: readonly string[]): string | undefined {
  const negated = /^no-?(.+)$/i.exec(key)?.[1]?.toLowerCase();
  return keys.includes(negated ?? '') ? `${negated}: false` : closest(key, keys);
}

/** zod's own findings are all of one kind here: a list or a table was expected. */
function mustBe({ code, path, ...issue }: z.core.$ZodIssue, isFlag: boolean): string {
  const isRoute = path[0] === 'routes' && path.length === 2;
  if (isRoute && isFlag) return 'must be PATH=BACKEND';
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: isRoute ? 'a table of settings, or PATH=BACKEND' : 'a table of settings',
    record: 'a table',
  };
  const expected = code === 'invalid_type' && 'expected' in issue ? String(issue.expected) : '';
  return `must be ${words[expected] ?? 'something else'}`;
}

/** A short form (`PATH=BACKEND`, one value for a list) was taken apart by the schema: the operator wrote it as one. */
function writtenPath(given: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const short = path.findIndex((key, index) => {
    const holder = valueAt(given, path.slice(0, index));
    return typeof key === 'number' ? !Array.isArray(holder) : typeof holder !== 'object' || holder === null;
  });
  return short < 0 ? path : path.slice(0, short);
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((found, key) => (found as Record<PropertyKey, unknown> | null)?.[key], given);
}

/** Keys whose values, or what stands below them, are the operator's secrets. */
const secretKeys: readonly PropertyKey[] = ['headers', 'passcode', 'users'];

function written(found: unknown): string | undefined {
  try {
    return JSON.stringify(found, (key, value: unknown) => {
      if (secretKeys.includes(key)) return '(not shown)';
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch {
    // An alias in YAML may stand inside what it names.
    return '(a value that contains itself)';
  }
}

/** Secrets, and passwords in backend URLs, are not repeated: an error line may end in a log. */
function shown(found: unknown, path: readonly PropertyKey[]): string {
  if (path.some((key) => secretKeys.includes(key))) return '(not shown)';
  const text = (written(found) ?? `(${typeof found})`).replace(/\/\/[^/@"]*@/g, '//***@');
  return shortened(text);
}
