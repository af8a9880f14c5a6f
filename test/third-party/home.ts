import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `install.sh` puts what is no Debian package. */
const home =
  process.env.THIRD_PARTY_HOME ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fallback-gateway-third-party');

/** What `install.sh` installs by name. */
const NAMES: readonly string[] = [
  'libraries',
  'bundlers',
  'rails',
  'spring',
  'channels',
  'node-red',
  'jupyter',
  'frontail',
  'karma',
];

/** What Debian's packages bring, and nothing else does. */
const DEBIAN: Readonly<Record<string, string>> = {
  rails: '/usr/share/rubygems-integration/all/specifications/actioncable-6.1.7.10.gemspec',
};

/** The folder of a library or an application. */
export function folderOf(name: string): string {
  return join(home, name);
}

export function isThirdParty(name: string): boolean {
  return NAMES.includes(name);
}

/** What to install, where `name` is not there as `install.sh` makes it. */
export function missingThirdParty(name: string): string | undefined {
  const made = DEBIAN[name] ?? join(folderOf(name), 'recipe');
  return existsSync(made) ? undefined : `${name} (test/third-party/install.sh ${name})`;
}

export const librariesFolder = join(folderOf('libraries'), 'node_modules');

/** Loads one of the libraries into this process: the servers are there, too. */
export const requireLibrary: NodeJS.Require = createRequire(join(librariesFolder, 'any.js'));

/** The version of a library that is installed. */
export function versionOf(name: string): string {
  const text = readFileSync(join(librariesFolder, name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
