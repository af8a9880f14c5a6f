import { frameAncestors } from '../base/security-headers.ts';

/**
 * The Content-Security-Policy of the bridge's page (PROTOCOL.md §14): it runs its own script, sends
 * requests to its own server, and is framed by pages that may have connections.
 */
export function bridgePolicy(framers: readonly string[]): string {
  const own = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'";
  return `${own}; ${frameAncestors(framers)}`;
}
