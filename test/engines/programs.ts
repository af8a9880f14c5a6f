import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `install.sh` puts what is no Debian package. */
export const enginesHome =
  process.env.ENGINES_HOME ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fallback-gateway-engines');

/** The full name of a program in the PATH, or of a system program. */
export function program(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(executable);
}

/**
 * Options of a Java machine that lives for a minute. Its optimizing compiler and its parallel
 * collector take more CPU in that time than they save: HtmlUnit needs half of it without them.
 */
export const SHORT_LIVED_JAVA: readonly string[] = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** The first program `FOLDER/…/FILE`: Debian names folders after the machine's architecture. */
export function programBelow(folder: string, file: string): string | undefined {
  const folders = existsSync(folder) ? readdirSync(folder) : [];
  return folders.map((one) => join(folder, one, file)).find(executable);
}

export function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
