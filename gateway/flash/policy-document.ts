const DOCTYPE =
  '<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">';

/**
 * A socket policy: SWFs that come from `domains` may open raw TCP connections to `port` of the host that answers. Ends with the NUL by which players
 * know that it is whole. It says nothing about other ports' policies (`site-control`): those belong to other programs of this machine, and 843 would
 * speak for all of them. Adobe, ActionScript 3.0 Developer's Guide, "Connecting to sockets".
 */
export function socketPolicy(domains: readonly string[], port: number): string {
  return `${policy([], domains, ` to-ports="${port}"`)}\0`;
}

/**
 * A URL policy (`/crossdomain.xml`): SWFs that come from `domains` may read what this server answers, with the user's cookies. No other file of this
 * server counts as a policy.
 */
export function crossDomainPolicy(domains: readonly string[]): string {
  return policy(['<site-control permitted-cross-domain-policies="master-only"/>'], domains, '');
}

function policy(first: readonly string[], domains: readonly string[], ports: string): string {
  const access = domains.map((domain) => `<allow-access-from domain="${escaped(domain)}"${ports}/>`);
  const lines = [
    '<?xml version="1.0"?>',
    DOCTYPE,
    '<cross-domain-policy>',
    ...first,
    ...access,
    '</cross-domain-policy>',
  ];
  return `${lines.join('\n')}\n`;
}

/** Domains are checked when they are configured; the machine's own name is whatever its owner wrote. */
function escaped(domain: string): string {
  return domain.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
