import { type Nginx, PASS_UPGRADE, startNginx as start } from '../support/servers/nginx.ts';
import { cpuTime } from './process-usage.ts';
import type { ServerProcess } from './server-process.ts';

export { hasNginx } from '../support/servers/nginx.ts';

/** nginx as a proxy for WebSockets to a local port. */
export async function startNginx(backend: number): Promise<ServerProcess> {
  return measured(await start(`location / { proxy_pass http://127.0.0.1:${backend}; ${PASS_UPGRADE} }`));
}

/** nginx as a proxy for plain HTTP, which keeps its connections to a local port. */
export async function startNginxProxy(backend: number): Promise<ServerProcess> {
  const location = `location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }`;
  return measured(
    await start(location, {}, `upstream application { server 127.0.0.1:${backend}; keepalive 64; }`),
  );
}

function measured(nginx: Nginx): ServerProcess {
  return {
    port: nginx.port,
    usage: async () => ({ cpu: await cpuTime(nginx.process.pid as number), rss: 0, heap: 0 }),
    stop: nginx.stop,
  };
}
