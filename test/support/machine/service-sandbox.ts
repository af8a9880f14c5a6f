import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Run } from './program-run.ts';
import { commandOf, directive, type UnitFile } from './unit-file.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const filterScript = fileURLToPath(new URL('syscall-filter.py', import.meta.url));

/** Where npm puts the package, in a system that has nothing else. */
const PACKAGE = '/usr/local/lib/node_modules/fallback-gateway';

/** Debian's Python: its package of libseccomp is for no other. */
export const PYTHON = '/usr/bin/python3';

export interface SandboxOptions {
  /** Adds MemoryDenyWriteExecute=yes, which the unit does not have. */
  readonly deniesWritableCode?: boolean;
}

/**
 * What systemd makes of a service, without systemd as the first process: its commands as they
 * stand, in a file system where the unit's folders are the only ones that can be written, as a user
 * without rights, behind the unit's filter of system calls.
 */
export class ServiceSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-service-'));
  readonly #unit: UnitFile;

  constructor(unit: UnitFile, config: string, { deniesWritableCode = false }: SandboxOptions = {}) {
    this.#unit = unit;
    for (const name of ['etc', 'run', 'log', 'tmp']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'etc', 'gateway.yaml'), config);
    const start = `#!/bin/sh\nexec node ${PACKAGE}/dist/gateway/main.js "$@"\n`;
    writeFileSync(join(this.folder, 'program'), start);
    chmodSync(join(this.folder, 'program'), 0o755);
    const families = directive(unit, 'Service.RestrictAddressFamilies');
    const args = [join(this.folder, 'filter'), families, deniesWritableCode ? '1' : '0'];
    execFileSync(PYTHON, [filterScript, ...args], { input: this.#systemCalls().join(' ') });
  }

  /** Starts ExecStart= when a client connects with the port. */
  activate(port: number): ChildProcess {
    const script = this.#script('start.sh', commandOf(this.#unit, 'Service.ExecStart'), true);
    return spawn('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, '/bin/sh', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs a command of the unit beside the one that runs. */
  run(name: string): Run {
    const script = this.#script('run.sh', commandOf(this.#unit, name), false);
    return new Run([], spawn('/bin/sh', [script], { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #script(name: string, command: readonly string[], hasSocket: boolean): string {
    const socket = hasSocket ? 'LISTEN_PID=$$ LISTEN_FDS=1 ' : '';
    const inside = `umask ${directive(this.#unit, 'Service.UMask')}; ${socket}exec "$@"`;
    const words = ['bwrap', ...this.#sandbox(), '/bin/sh', '-c', inside, 'sh', ...command];
    const filter = join(this.folder, 'filter');
    const script = join(this.folder, name);
    writeFileSync(script, `exec ${words.map(quoted).join(' ')} 8<${filter}.0 9<${filter}.1\n`);
    return script;
  }

  #sandbox(): string[] {
    const at = (name: string): string => join(this.folder, name);
    const own = (name: string): string => directive(this.#unit, `Service.${name}Directory`);
    const system = ['/usr/lib', '/lib', '/lib64', '/etc/hosts', '/etc/resolv.conf', '/etc/nsswitch.conf'];
    return [
      ...['--unshare-user', '--uid', '990', '--gid', '990', '--new-session', '--die-with-parent'],
      ...['--clearenv', '--setenv', 'PATH', '/usr/local/bin:/usr/bin:/bin', '--chdir', '/'],
      ...system.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
      ...['--ro-bind', '/proc', '/proc', '--dev', '/dev', '--bind', at('tmp'), '/tmp'],
      ...['--ro-bind', '/bin/sh', '/bin/sh', '--ro-bind', realpathSync(process.execPath), '/usr/bin/node'],
      ...['--ro-bind', at('program'), '/usr/bin/fallback-gateway'],
      ...['package.json', 'dist', 'node_modules', 'legacy-demo'].flatMap((name) => [
        ...['--ro-bind', realpathSync(join(root, name)), join(PACKAGE, name)],
      ]),
      ...['--ro-bind', at('etc'), `/etc/${own('Configuration')}`],
      ...['--bind', at('run'), `/run/${own('Runtime')}`, '--bind', at('log'), `/var/log/${own('Logs')}`],
      ...['--add-seccomp-fd', '8', '--add-seccomp-fd', '9'],
    ];
  }

  /** Names of the system calls that are left by the lines of the filter. */
  #systemCalls(): string[] {
    const left = new Set<string>();
    for (const line of this.#unit.get('Service.SystemCallFilter') ?? []) {
      const names = line.replace('~', '').split(' ').flatMap(systemCallsOf);
      for (const name of names) line.startsWith('~') ? left.delete(name) : left.add(name);
    }
    return [...left];
  }
}

/** The system calls of a group, with those of groups in it. */
function systemCallsOf(name: string): string[] {
  if (!name.startsWith('@')) return [name];
  const said = execFileSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' });
  const lines = said.split('\n').slice(1);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(systemCallsOf);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What this machine does not have of a sandbox: a container may forbid namespaces. */
export function missingForSandbox(): string | undefined {
  const bwrap = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  if (bwrap.status !== 0) return `bwrap: ${bwrap.error?.message ?? bwrap.stderr}`;
  const python = spawnSync(PYTHON, ['-c', 'import seccomp'], { encoding: 'utf8' });
  return python.status === 0 ? undefined : 'python3-seccomp';
}
