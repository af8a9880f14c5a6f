import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/machine/free-ports.ts';
import { cpuTime } from './process-usage.ts';
import type { ServerProcess } from './server-process.ts';

/** Whether nginx can be run here. */
export function hasNginx(): boolean {
  return process.platform === 'linux' && spawnSync('nginx', ['-v']).status === 0;
}

/**
 * nginx, one process, as a proxy for WebSockets (https://nginx.org/en/docs/http/websocket.html) to
 * a local port.
 */
export async function startNginx(backend: number): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-nginx-'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, backend));
  const child = spawn('nginx', [
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
    '-e',
    join(folder, 'error.log'),
  ]);
  const exited = once(child, 'exit');
  const kill = () => void child.kill();
  process.once('exit', kill);
  await reachable(port, folder);
  return {
    port,
    usage: async () => ({ cpu: await cpuTime(child.pid as number), rss: 0, heap: 0 }),
    stop: async () => {
      process.off('exit', kill);
      child.kill();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number, backend: number): string {
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${backend};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header Host $host;
    }
  }
}
`;
}

async function reachable(port: number, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
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
