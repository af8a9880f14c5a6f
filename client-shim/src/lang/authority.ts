const AUTHORITY = /^(\w+:\/\/)(?:[^/?#]*@)?([^/?#]*)/;

/**
 * The `scheme://` and `host[:port]` of an address, without credentials. Both are empty if it has
 * none.
 */
export function authorityOf(url: string): { _scheme: string; _host: string } {
  const parts = AUTHORITY.exec(url) || [];
  return { _scheme: parts[1] || '', _host: parts[2] || '' };
}
