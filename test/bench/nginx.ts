import { PASS_UPGRADE, startNginx as start } from '../support/servers/nginx.ts';
import { cpuTime } from './process-usage.ts';
import type { ServerProcess } from './server-process.ts';

export { hasNginx } from '../support/servers/nginx.ts';

/** nginx as a proxy for WebSockets to a local port. */
export async function startNginx(backend: number): Promise<ServerProcess> {
  const nginx = await start(`location / { proxy_pass http://127.0.0.1:${backend}; ${PASS_UPGRADE} }`);
  return {
    port: nginx.port,
    usage: async () => ({ cpu: await cpuTime(nginx.process.pid as number), rss: 0, heap: 0 }),
    stop: nginx.stop,
  };
}
