/** The address that a page came by, as far as it is known: TLS may end before the gateway. */
export interface OwnOrigin {
  /** The `Host` of the request, in lower case; undefined: HTTP/1.0 without one. */
  readonly host: string | undefined;
  /** Path of what is loaded: the shim's. */
  readonly path: string;
}

/** `scheme://host:port/path`, where all but the host may be missing (CSP Level 3 §2.3.1). */
const HOST_SOURCE =
  /^(?:(https?|wss?):\/\/)?(\*|(?:\*\.)?[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d+|\*))?(\/.*)?$/i;

/**
 * Whether a source of a policy stands for an HTTP address of the page's own origin (CSP Level 3
 * §6.7.2.8). The page's scheme is not known here, so both count as its own; so do both default
 * ports.
 */
export function matchesSource(source: string, own: OwnOrigin): boolean {
  const lower = source.toLowerCase();
  if (lower === "'self'" || lower === '*' || lower === 'http:' || lower === 'https:') return true;
  const [, scheme, host, port, path] = HOST_SOURCE.exec(source) ?? [];
  if (host === undefined || own.host === undefined || /^ws/i.test(scheme ?? '')) return false;
  const [, ownName, ownPort] = /^(.*?)(?::(\d+))?$/.exec(own.host) ?? [];
  return (
    matchesName(host.toLowerCase(), ownName ?? '') &&
    matchesPort(port, ownPort) &&
    (path === undefined || matchesPath(path, own.path))
  );
}

function matchesName(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

function matchesPort(port: string | undefined, own: string | undefined): boolean {
  if (port === '*') return true;
  const isDefault = (one: string | undefined) => one === undefined || one === '80' || one === '443';
  return port === own || (isDefault(port) && isDefault(own));
}

/** A path that ends with a slash stands for all below it. */
function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern;
}
