const AUTHORITY = /^(\w+:\/\/)(?:[^/?#]*@)?([^/?#]*)/;

/** `scheme://` and `host[:port]` of an address, without credentials; both empty if it has none. */
export function authorityOf(url: string): { scheme: string; host: string } {
  const parts = AUTHORITY.exec(url) || [];
  return { scheme: parts[1] || '', host: parts[2] || '' };
}
