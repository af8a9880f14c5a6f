const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * Serializes an origin (RFC 6454 §6.2): lower case, without the scheme's default port. Undefined if
 * the text is not a scheme, a host and perhaps a port. `null` is not an origin that can be
 * compared: undefined, too.
 */
export function serializeOrigin(text: string): string | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(text);
  if (parts === null) return undefined;
  const scheme = String(parts[1]).toLowerCase();
  const host = String(parts[2]).toLowerCase();
  const port = parts[3];
  return port === undefined || port === defaultPorts[scheme]
    ? `${scheme}://${host}`
    : `${scheme}://${host}:${port}`;
}

/** The origin of an http or https address, such as a Referer. */
export function originOfUrl(url: string): string | undefined {
  const origin = /^(https?:\/\/[^/?#\\@\s]+)(?:[/?#]|$)/i.exec(url)?.[1];
  return origin === undefined ? undefined : serializeOrigin(origin);
}
