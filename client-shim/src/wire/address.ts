const PARTS = /^ws(s?:\/\/[^/?]*)([^?]*)/;

/**
 * The address of an action for a WebSocket URL (PROTOCOL.md §1). It is an HTTP address, except for
 * the action `websocket`. `node` is the name that `create` was answered, or empty.
 */
export function addressOf(url: string, action: string, node?: string, token?: string): string {
  const parts = PARTS.exec(url) || ['', '', ''];
  return (
    (action === 'websocket' ? 'ws' : 'http') +
    parts[1] +
    (parts[2] as string).replace(/\/+$/, '') +
    '/_fallback/v1/' +
    (node ? node + '~/' : '') +
    (token ? token + '/' : '') +
    action
  );
}

/** The gateway's HTTP origin, serialized in the same form as the page's. */
export function httpOrigin(url: string): string {
  return 'http' + (PARTS.exec(url) || ['', ''])[1];
}

/** Path and query of a WebSocket URL. */
export function pathOf(url: string): string {
  return url.replace(/^ws(s?:\/\/[^/?]*)/, '') || '/';
}
