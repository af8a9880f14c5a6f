import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../base/errors.ts';

/**
 * Bytes of the folder for temporary files, at most: the path of a Unix socket has 103 bytes on
 * macOS and 107 on Linux, with our folders and the name of a node.
 */
const MAX_FOLDER = 30;

/**
 * The folder of a supervisor for its sockets, below one that has those of all supervisors of this
 * user. No other user may enter it.
 */
export function makePrivateDirectory(): string {
  const parent = parentOf(userId());
  makeFolder(parent);
  for (const pid of pidsIn(parent)) {
    if (pid === process.pid || !isAlive(pid))
      rmSync(join(parent, String(pid)), { recursive: true, force: true });
  }
  const own = join(parent, String(process.pid));
  makeFolder(own);
  return own;
}

export function removePrivateDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** The folder of a supervisor, whoever runs it. */
export function directoryOf(pid: number): string {
  return join(parentOf(ownerOf(pid)), String(pid));
}

/** Supervisors of this user, as far as there are folders of processes that live. */
export function supervisorsOfUser(): readonly number[] {
  return pidsIn(parentOf(userId())).filter(isAlive);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where the folders of a user's supervisors are. */
function parentOf(user: string): string {
  const folder = tmpdir();
  const base = process.platform !== 'win32' && folder.length > MAX_FOLDER ? '/tmp' : folder;
  return join(base, `fallback-gateway-${user}`);
}

function userId(): string {
  return String(process.getuid?.() ?? 'user');
}

/** The superuser may ask any supervisor. */
function ownerOf(pid: number): string {
  try {
    return process.platform === 'linux' ? String(lstatSync(`/proc/${pid}`).uid) : userId();
  } catch {
    return userId();
  }
}

/** Somebody else may have made a folder of that name, to read what goes through it. */
function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return;
  throw new ConfigError('GW_CONFIG', `${path} is not a folder that only this user may open: remove it`);
}

function pidsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0);
  } catch {
    return [];
  }
}
