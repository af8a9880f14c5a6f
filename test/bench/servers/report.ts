import type { AddressInfo, Server } from 'node:net';
import type { Question, ServerMessage, Usage } from '../messages.ts';

/** Serves on a free port of the loopback, tells it to the parent process and answers what the parent asks until it disconnects. */
export function serve(server: Server): void {
  // The backlog has room for every connection of a scenario at once.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => {
    report((server.address() as AddressInfo).port);
  });
}

/** The same for a server that listens already. */
export function report(port: number): void {
  process.on('message', ({ collect }: Question) => {
    if (collect) globalThis.gc?.();
    say({ usage: usage() });
  });
  process.on('disconnect', () => process.exit(0));
  say({ port });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpu: user + system, rss, heap: heapUsed + external };
}

function say(message: ServerMessage): void {
  process.send?.(message);
}
