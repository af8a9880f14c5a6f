import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { badOption } from './complaint.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** Bytes of a file that an option names. Nobody has a longer certificate chain. */
const MAX_SIZE = 1024 ** 2;

/**
 * Reads a file that an option names; `name` is the option and the file as written. Throws a
 * `ConfigError` that says in words what is wrong. A relative name is said in full: it often is
 * meant to be relative to another folder.
 */
export function readNamedFile(file: string, name: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > MAX_SIZE) throw badOption(`${name} is longer than 1 MiB`);
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'GW_CONFIG') throw error;
    const whole = resolve(file) === file || code !== 'ENOENT' ? '' : `: ${resolve(file)}`;
    throw badOption(
      `${name} cannot be read: ${reasons[code ?? ''] ?? 'the system refuses it'} (${code})${whole}`,
    );
  }
}
