import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Linux gives port 0 and outgoing connections those from 32768 (ip(7), `ip_local_port_range`),
 * other systems from higher ones.
 */
const GIVEN_AWAY_FROM = 32_768;
const FIRST = 10_000;

/**
 * Ports for programs that cannot choose a free one and report it. Until such a program has bound
 * its port, nobody else is given it by chance.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, GIVEN_AWAY_FROM);
    if (await free(port)) ports.add(port);
  }
  return [...ports];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

async function free(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
