import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/**
 * The hosts whose SWFs may talk to the gateway, as one client sees them: those of the options, the machine's own names, and the address at which this client
 * reached it (`localAddress`, as a socket has it). Players take the host of a SWF's address literally, and want a policy also for the host that the SWF
 * comes from (Flash Player 9.0.124). `*` makes all others needless.
 */
export function policyDomains(
  configured: readonly string[],
  localAddress: string | undefined,
  machine: string = hostname(),
): readonly string[] {
  if (configured.includes('*')) return ['*'];
  const own = machine.toLowerCase();
  const [short = own] = own.split('.', 1);
  return [...new Set([...configured, own, short, ...namesOf(localAddress ?? '')])].filter(Boolean);
}

/** A server on all addresses sees IPv4 clients at `::ffff:127.0.0.1`. */
function namesOf(localAddress: string): string[] {
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  const literal = isIPv6(address) ? `[${address}]` : address;
  // Whoever came over the loopback is on this machine, and so is what it calls localhost.
  return /^127\.|^::1$/.test(address) ? [literal, 'localhost'] : [literal];
}
