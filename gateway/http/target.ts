/** The parts of a request target, as it was sent. */
export interface RequestTarget {
  /** Path and query: the origin-form (RFC 9112 §3.2.1). */
  readonly path: string;
  /** The host that an absolute-form names (§3.2.2), with its port; undefined in an origin-form. */
  readonly host: string | undefined;
}

/**
 * Userinfo is an error in a target (RFC 9110 §4.2.4), and a fragment is not part of one.
 */
const ABSOLUTE = /^https?:\/\/([^/?#@]+)([/?][^#]*)?$/i;

/** Parses a request target. Undefined if it is neither a path nor an `http` or `https` URI. */
export function parseTarget(target: string): RequestTarget | undefined {
  if (target.startsWith('/')) return { path: target, host: undefined };
  const parts = ABSOLUTE.exec(target);
  if (parts === null) return undefined;
  const [, host, rest = '/'] = parts;
  return { path: rest.startsWith('/') ? rest : `/${rest}`, host };
}
