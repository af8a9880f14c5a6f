import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../engines/programs.ts';
import { freePort } from '../machine/free-ports.ts';

/** A front proxy that was started with a recipe of deploy/. */
export interface FrontProxy {
  readonly port: number;
  close(): Promise<void>;
}

export const frontProxies = ['nginx', 'haproxy', 'apache2', 'squid', 'caddy'] as const;
export type FrontProxyName = (typeof frontProxies)[number];

interface Kind {
  /** The name of its recipe's file. */
  readonly file: string;
  /** The recipe's line that says where it listens, with the port in place of 80. */
  listen(recipe: string, port: number): string;
  /** The recipe with what a whole configuration has beside it. */
  whole(recipe: string, folder: string): string;
  args(file: string, folder: string): string[];
}

const apacheModules = [
  ...['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'headers'],
  ...['rewrite', 'filter', 'substitute', 'deflate'],
];

const kinds: Readonly<Record<FrontProxyName, Kind>> = {
  nginx: {
    file: 'nginx.conf',
    listen: (recipe, port) => recipe.replace('listen 80;', `listen 127.0.0.1:${port};`),
    whole: (recipe, folder) => {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const temporary = paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
      return `pid ${folder}/pid; error_log ${folder}/error.log; daemon off; master_process off;
events {} http { access_log off; ${temporary}\n${recipe}\n}`;
    },
    args: (file, folder) => ['-p', folder, '-c', file],
  },
  haproxy: {
    file: 'haproxy.cfg',
    listen: (recipe, port) => recipe.replace('bind :80', `bind 127.0.0.1:${port}`),
    whole: (recipe) => recipe,
    args: (file) => ['-db', '-f', file],
  },
  apache2: {
    file: 'apache.conf',
    listen: (recipe, port) => recipe.replace('Listen 80', `Listen 127.0.0.1:${port}`),
    whole: (recipe, folder) =>
      [
        ...apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
        ...[`DefaultRuntimeDir ${folder}`, `PidFile ${folder}/pid`, `ErrorLog ${folder}/error.log`],
        ...['ServerName gateway.intranet', 'User nobody', 'Group nogroup', recipe],
      ].join('\n'),
    args: (file, folder) => ['-X', '-d', folder, '-f', file],
  },
  squid: {
    file: 'squid.conf',
    listen: (recipe, port) => recipe.replace('http_port 80', `http_port 127.0.0.1:${port}`),
    whole: (recipe, folder) =>
      [
        ...[
          recipe,
          `cache_log ${folder}/cache.log`,
          'access_log none',
          'pid_filename none',
          'cache deny all',
        ],
        ...[`coredump_dir ${folder}`, 'visible_hostname proxy', 'icp_port 0', 'shutdown_lifetime 0 seconds'],
        ...['pinger_enable off', 'netdb_filename none'],
      ].join('\n'),
    args: (file) => ['-N', '-f', file],
  },
  caddy: {
    file: 'Caddyfile',
    listen: (recipe, port) => recipe.replace('http://:80', `http://:${port}`),
    // Its own port for commands would be the same for all.
    whole: (recipe) => `{\nadmin off\n}\n${recipe}`,
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
};

/** The recipe as a folder of deploy/ has it. */
export function recipeOf(name: FrontProxyName, folder = 'front'): string {
  return readFileSync(new URL(`../../../deploy/${folder}/${kinds[name].file}`, import.meta.url), 'utf8');
}

/** Starts a proxy with its recipe. `change` changes or replaces that first. */
export async function startFrontProxy(
  name: FrontProxyName,
  gateway: number,
  application: number,
  change: (recipe: string) => string = (recipe) => recipe,
): Promise<FrontProxy> {
  const kind = kinds[name];
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), `gateway-${name}-`));
  // Started by root, a proxy writes as another user.
  chmodSync(folder, 0o777);
  const ports = (recipe: string): string =>
    recipe.replaceAll(/\b8080\b/g, String(gateway)).replaceAll(/\b3000\b/g, String(application));
  const recipe = kind.listen(ports(change(recipeOf(name))), port);
  const file = join(folder, 'config');
  writeFileSync(file, `${kind.whole(recipe, folder)}\n`);
  const child = spawn(program(name) as string, kind.args(file, folder), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Caddy keeps its configuration below its home.
    env: { PATH: process.env.PATH, HOME: folder },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(port, child, () => said);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}

async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`the proxy ended with ${child.exitCode}: ${said()}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(`the proxy does not listen: ${said()}`);
}
