const AUTHORITY = /^(\w+:\/\/)(?:[^/?#]*@)?([^/?#]*)/;

/** `scheme://` and `host[:port]` of an address, without credentials; both empty if it has none. */
export function authorityOf(url: string): { _scheme: string; _host: string } {
  const parts = AUTHORITY.exec(url) || [];
  return { _scheme: parts[1] || '', _host: parts[2] || '' };
}
