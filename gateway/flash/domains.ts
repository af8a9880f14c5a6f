import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/**
 * The hosts whose SWFs may connect to the gateway, as one client sees them: those of the options,
 * the machine's own names, and the address at which this client reached it (`localAddress` of the
 * socket). Players compare the host in a SWF's URL as text, and need a policy even for the host
 * that the SWF comes from (Flash Player 9.0.124). With `*` no other host is needed.
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
  const host = isIPv6(address) ? `[${address}]` : address;
  // A client on the loopback interface is on this machine, whose other name is localhost.
  return /^127\.|^::1$/.test(address) ? [host, 'localhost'] : [host];
}
