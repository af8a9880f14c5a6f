import type { ErrorCode } from './error-table.ts';

const CHANGED = 'the shim sends nothing like it: a proxy or a program has changed the request';

/** What helps where no option does, or beside the option: parts of a sentence for the log. */
export const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  GW_ACTION: 'the client is of another version: let the page load the shim of this gateway',
  GW_METHOD: 'the answer names the right ones in Allow',
  GW_UPGRADE: 'only WebSocket here; a proxy has to pass it on: proxy_set_header Upgrade $http_upgrade',
  GW_MALFORMED: 'the client, or a proxy before it, sends what HTTP or the protocol does not allow',
  GW_CODING: 'the client, or a proxy before it, has to send the body as it is',
  GW_BAD_HANDSHAKE: 'no browser sends that: a proxy may have removed fields of the handshake',
  GW_BAD_VERSION: 'the client speaks a draft of WebSocket that the gateway does not know',
  GW_CALLBACK: CHANGED,
  GW_CREATE: CHANGED,
  GW_NONCE: CHANGED,
  GW_TOKEN: CHANGED,
  GW_FRAMES: CHANGED,
  GW_SESSION:
    'it is over, the cookie of --bind-session changed, or another process has it: a balancer has to keep a client on one',
  GW_SOCKJS: 'SockJS has no such address: the URL in the page is the path of a route',
  GW_MEMORY: 'and give Node the heap for it: --max-old-space-size',
  GW_CONNECTIONS_PER_ADDRESS: 'or name the proxy that they come from with --trusted-proxy',
  GW_CREATE_RATE: 'or name the proxy that they come from with --trusted-proxy',
  GW_SESSIONS_PER_ADDRESS: 'or name the proxy that they come from with --trusted-proxy',
  GW_MEMORY_PER_ADDRESS: 'or name the proxy that they come from with --trusted-proxy',
  GW_APP_LOOP: 'give --app the address of the application, not one that leads here',
  GW_NODE: 'look at the link between the nodes (docs/cluster.md)',
  GW_NODE_CREATE: 'look at the link between the nodes (docs/cluster.md)',
  GW_DRAINING: 'clients connect again by themselves',
};
