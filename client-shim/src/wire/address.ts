const PARTS = /^ws(s?:\/\/[^/?]*)([^?]*)/;

/**
 * Address of an action for a WebSocket URL (PROTOCOL.md §1), over HTTP, or over WebSocket for the
 * carrier of that name.
 */
export function addressOf(url: string, action: string, token?: string): string {
  const parts = PARTS.exec(url) || ['', '', ''];
  return (
    (action === 'websocket' ? 'ws' : 'http') +
    parts[1] +
    (parts[2] as string).replace(/\/+$/, '') +
    '/_fallback/v1/' +
    (token ? token + '/' : '') +
    action
  );
}

/** Serialized origin of the gateway, in the form of the page's own. */
export function httpOrigin(url: string): string {
  return 'http' + (PARTS.exec(url) || ['', ''])[1];
}

/** Path and query of a WebSocket URL. */
export function pathOf(url: string): string {
  return url.replace(/^ws(s?:\/\/[^/?]*)/, '') || '/';
}
