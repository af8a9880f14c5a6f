import type { Target } from '../messages.ts';

/** The port for a connection that belongs to no session yet: any node's. */
export function anyPort({ port, nodes = {} }: Target): number {
  const ports = Object.values(nodes);
  return ports[Math.floor(Math.random() * ports.length)] ?? port;
}

/** The port for a connection of a session. */
export function sessionPort(target: Target, token: string): number {
  if (target.routed !== true) return anyPort(target);
  const owner = Object.entries(target.nodes ?? {}).find(([name]) => token.startsWith(name));
  if (owner === undefined) throw new Error(`no node of the token ${token}`);
  return owner[1];
}
