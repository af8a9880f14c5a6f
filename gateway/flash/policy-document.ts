const DOCTYPE =
  '<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">';

/**
 * A socket policy: SWFs from `domains` may open TCP connections to `port` of the host that answers.
 * It ends with NUL, by which players know that it is complete. It has no `site-control`, which on
 * port 843 would decide about the policies of all ports, and those belong to other programs. Adobe,
 * ActionScript 3.0 Developer's Guide, "Connecting to sockets".
 */
export function socketPolicy(domains: readonly string[], port: number): string {
  return `${policy([], domains, ` to-ports="${port}"`)}\0`;
}

/**
 * A URL policy (`/crossdomain.xml`): SWFs from `domains` may read this server's answers, with the
 * user's cookies. No other file of this server is a policy.
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

/** Configured domains have been checked. The machine's own name may be anything. */
function escaped(domain: string): string {
  return domain.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
