import type { AddressInfo, Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Question, ServerMessage, Usage } from '../messages.ts';

/**
 * Serves on a free port of the loopback, tells it to the parent process and answers what the parent
 * asks until it disconnects.
 */
export function serve(server: Server): void {
  // The backlog has room for every connection of a scenario at once.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => {
    report((server.address() as AddressInfo).port);
  });
}

/** The same for a server that listens already. */
export function report(port: number, statusPort?: number): void {
  process.on('message', async ({ collect }: Question) => {
    if (collect) await freeGarbage();
    say({ usage: usage() });
  });
  process.on('disconnect', () => process.exit(0));
  say({ port, statusPort });
}

/**
 * What is freed by one collection may hold what the next one frees, and pages go back to the system
 * some time after.
 */
async function freeGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await delay(150);
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpu: user + system, rss, heap: heapUsed + external };
}

function say(message: ServerMessage): void {
  process.send?.(message);
}
