import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { program } from '../../engines/programs.ts';
import { freePort } from '../machine/free-ports.ts';

/** Whether nginx can be run here. */
export function hasNginx(): boolean {
  const nginx = program('nginx');
  return process.platform === 'linux' && nginx !== undefined && spawnSync(nginx, ['-v']).status === 0;
}

/**
 * Directives that pass a WebSocket handshake on, and the client's `Host`
 * (https://nginx.org/en/docs/http/websocket.html).
 */
export const PASS_UPGRADE = `proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header Host $http_host;`;

export interface Nginx {
  readonly port: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/**
 * nginx, one process, with these directives in its server block. `files` are served from `root` by
 * their names, and can be included. `http` stands beside that block.
 */
export async function startNginx(
  server: string,
  files: Readonly<Record<string, string>> = {},
  http = '',
): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const configured = join(folder, 'nginx.conf');
  await writeFile(configured, configuration(folder, port, server, http));
  const child = spawn(program('nginx') as string, [
    '-p',
    folder,
    '-c',
    configured,
    '-e',
    join(folder, 'error.log'),
  ]);
  const exited = once(child, 'exit');
  const kill = () => void child.kill();
  process.once('exit', kill);
  await reachable(port, folder);
  return {
    port,
    process: child,
    stop: async () => {
      process.off('exit', kill);
      child.kill();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number, server: string, http: string): string {
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off;
  default_type text/html;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${http}
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    ${server}
  }
}
`;
}

async function reachable(port: number, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = net.connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await delay(100);
  }
  throw new Error(`nginx does not serve: ${await readFile(join(folder, 'error.log'), 'latin1')}`);
}
