import type { z } from 'zod';
import { ConfigError } from '../base/errors.ts';
import { closest } from './closest.ts';
import { routeAdvice, routesAdvice } from './route-advice.ts';
import { knownKeys } from './schema.ts';
import { synonymOf } from './synonyms.ts';

/**
 * Names the place of a value as the operator wrote it: `--heartbeat`, or `gateway.yaml:
 * routes[0].ping`.
 */
export type NameOf = (path: readonly PropertyKey[]) => string;

/** `routes[0].ping` */
export const keyPath: NameOf = (path) =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${named(key)}`))
    .join('');

/**
 * Quotes and cuts a key that would not be readable in a line, such as an empty or a very long one.
 */
function named(key: PropertyKey): string {
  const name = String(key);
  return /^[!-~](?:[ -~]{0,78}[!-~])?$/.test(name) ? name : shortened(JSON.stringify(name));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** One line for each fault: where it is, what was given, what is allowed. */
export function complaints(error: z.ZodError, given: unknown, nameOf: NameOf): readonly string[] {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(issue.path, key, given)) : [],
  );
  // An unknown key often is the missing one, misspelt.
  const meant = new Set(unknown.map(({ meantPath }) => meantPath));
  // Nor is anything else to be said of a route that is written as `/ws: ws://…`.
  const misshapen = new Set(
    unknown.filter(({ path }) => isPathKey(path)).map(({ path }) => keyPath(path.slice(0, -1))),
  );
  const others = error.issues.filter(
    ({ code, path }) =>
      code !== 'unrecognized_keys' && !meant.has(keyPath(path)) && !misshapen.has(keyPath(path.slice(0, 2))),
  );
  // Of a route in one word, PATH=BACKEND, the first fault is enough.
  const byName = new Map<string, string>();
  for (const issue of others) {
    const path = writtenPath(given, issue.path);
    const name = nameOf(path);
    const key = `${name} ${keyPath(path)}`;
    if (!byName.has(key)) byName.set(key, wrongValue(issue, path, name, given));
  }
  return [...unknown.map(({ path, hint }) => `${nameOf(path)} is not an option${hint}`), ...byName.values()];
}

function unknownKey(
  table: readonly PropertyKey[],
  key: string,
  given: unknown,
): { path: readonly PropertyKey[]; hint: string; meantPath: string | undefined } {
  const path = [...table, key];
  const meant = meantBy(key, knownKeys(table));
  if (meant === undefined) {
    return { path, hint: keyAdvice(key, table, valueAt(given, path)), meantPath: undefined };
  }
  const meantPath = keyPath([...table, meant]);
  return { path, hint: `; did you mean ${meantPath}?`, meantPath };
}

function wrongValue(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
  name: string,
  given: unknown,
): string {
  const found = valueAt(given, path);
  const isFlag = name.startsWith('--');
  const message = issue.code === 'custom' ? issue.message : mustBe(issue, isFlag, found);
  if (found === undefined) return `${name} is missing: it ${message}`;
  const isBareFlag = found === true && isFlag;
  return `${name}${isBareFlag ? '' : ` ${shown(found, path)}`} ${message}`;
}

/** The error for a wrong option. `message` is one line. */
export function badOption(message: string): ConfigError {
  return new ConfigError('GW_CONFIG', message);
}

/** Names the second option of a line. The file, if there is one, stands in the line already. */
export function alsoNamed(nameOf: NameOf, key: string): string {
  return nameOf([key]).replace(/^.*: /, '');
}

/** A route as a list of `/ws: ws://…` has it. */
function isPathKey(path: readonly PropertyKey[]): boolean {
  return path[0] === 'routes' && String(path.at(-1)).startsWith('/');
}

/** What to do about a key that is like none of ours. */
function keyAdvice(key: string, table: readonly PropertyKey[], value: unknown): string {
  if (/^(?:\/\/|\/\*|;)/.test(key)) return '; a comment begins with #';
  if (isPathKey([...table, key])) return `; write { path: ${key}, backend: … }`;
  if (table.length > 0 || typeof value !== 'object' || value === null) return '';
  // `gateway: { listen: … }`, as in the files of many programs.
  const isWrapper = Object.keys(value).some((each) => knownKeys([]).includes(each));
  return isWrapper ? '; the options in it stand at the top, without it' : '';
}

/** `demo: false` for `noDemo`, as the flag is `--no-demo`; otherwise the nearest word. */
function meantBy(key: string, keys: readonly string[]): string | undefined {
  const negated = /^no-?(.+)$/i.exec(key)?.[1]?.toLowerCase();
  if (keys.includes(negated ?? '')) return `${negated}: false`;
  return closest(key, keys) ?? synonymOf(key, keys);
}

/** zod itself finds one kind of fault here: a list or a table was expected. */
function mustBe({ code, path, ...issue }: z.core.$ZodIssue, isFlag: boolean, found: unknown): string {
  const isRoute = path[0] === 'routes' && path.length === 2;
  if (isRoute && isFlag) return `must be PATH=BACKEND${routeAdvice(found)}`;
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: isRoute ? 'a table of settings, or PATH=BACKEND' : 'a table of settings',
    record: 'a table',
  };
  const expected = code === 'invalid_type' && 'expected' in issue ? String(issue.expected) : '';
  const advice = isRoute ? routeAdvice(found) : path[0] === 'routes' ? routesAdvice(found) : '';
  return `must be ${words[expected] ?? 'something else'}${advice}`;
}

/**
 * The schema takes short forms apart (`PATH=BACKEND`, one value for a list). The operator wrote
 * them in one, so the path ends there.
 */
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

/** Keys whose values are the operator's secrets, with everything below them. */
const secretKeys: readonly PropertyKey[] = ['headers', 'passcode', 'users', 'password', 'token'];

function written(found: unknown): string | undefined {
  try {
    return JSON.stringify(found, (key, value: unknown) => {
      if (secretKeys.includes(key)) return '(not shown)';
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch {
    // An alias in YAML can stand inside the value that it names.
    return '(a value that contains itself)';
  }
}

/** Hides secrets and passwords in backend URLs: an error line may end in a log. */
export function shown(found: unknown, path: readonly PropertyKey[]): string {
  if (path.some((key) => secretKeys.includes(key))) return '(not shown)';
  const text = (written(found) ?? `(${typeof found})`).replace(/\/\/[^/@"]*@/g, '//***@');
  return shortened(text);
}
