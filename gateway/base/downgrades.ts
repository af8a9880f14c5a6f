/** What a word for a downgrade means, and what an administrator can do. */
interface Downgrade {
  readonly meaning: string;
  readonly advice: string;
}

/**
 * Why a client uses a fallback, or a worse one than it might: one word for each cause. The log, the
 * metrics and the laboratory show the words; docs/downgrades.md explains them.
 */
export const DOWNGRADES = {
  'upgrade-unanswered': {
    meaning: 'the WebSocket handshake did not reach the gateway, and nothing answered it',
    advice:
      'find the proxy, firewall or virus scanner that swallows the Upgrade; TLS (wss) passes most of them',
  },
  'upgrade-refused': {
    meaning:
      'a proxy, or a policy of the page, refused the WebSocket handshake before it reached the gateway',
    advice:
      'look for 403, 405 or 502 in the log of each proxy on the way, and for connect-src in the policy of the page',
  },
  'upgrade-stripped': {
    meaning: 'the WebSocket handshake arrived as a plain request: a proxy took its Upgrade away',
    advice: 'make the front proxy pass Upgrade and Connection on (docs/front-proxies.md)',
  },
  'upgrade-answer-lost': {
    meaning: 'the gateway accepted the WebSocket handshake, but the answer did not reach the client',
    advice: 'find the proxy that does not pass the answer 101 on; it may support only HTTP/1.0',
  },
  'subprotocol-lost': {
    meaning: 'the handshake was accepted, but without a subprotocol that the client requested',
    advice: 'make proxies pass Sec-WebSocket-Protocol on, and the backend select a subprotocol',
  },
  'handshake-refused': {
    meaning: 'the gateway or its backend refused the WebSocket handshake, and then accepted a fallback',
    advice: 'see the line "request refused" or "backend refused" of this client just before',
  },
  'slow-network': {
    meaning: 'the handshake or the first bytes of a stream took longer than the shim waits',
    advice: 'nothing if the line is slow; if it is not, look for a proxy or host that is overloaded',
  },
  'stream-buffered': {
    meaning: 'a proxy buffers responses until they are complete, so a stream delivered nothing',
    advice:
      'switch response buffering off in proxies (X-Accel-Buffering is sent); IIS: responseBufferLimit 0',
  },
  'stream-cut': {
    meaning: 'the streams of the client are cut again and again',
    advice: 'raise the limits of proxies on how long an answer may take, such as a timeout of 30 s',
  },
  'stream-silent': {
    meaning: 'a stream that had worked delivered nothing more, not even heartbeats',
    advice: 'look for NAT or firewalls that forget idle connections; lower --heartbeat below their time',
  },
  'stream-blocked': {
    meaning: 'the engine can stream, but no request for a stream arrived',
    advice: 'look for proxies or virus scanners that refuse GET or POST of unknown length or type',
  },
  'no-websocket': {
    meaning: 'the engine has no WebSocket of RFC 6455',
    advice: 'nothing: the fallback is what this engine can do',
  },
  'websocket-not-allowed': {
    meaning: 'the browser refused to make the WebSocket: mixed content, its settings, or a draft',
    advice: 'serve the gateway over TLS to pages that come over TLS',
  },
  'no-streaming': {
    meaning: 'the engine shows a response only when it is complete, so it polls',
    advice: 'nothing: polling is what this engine can do',
  },
  'jsonp-only': {
    meaning: 'the engine can reach the gateway only by script tags',
    advice: 'serve the page from the gateway’s own host, where it may use XMLHttpRequest',
  },
  'flash-blocked': {
    meaning: 'the page allows Flash, but the movie did not run',
    advice: 'allow the player on this site, and start the gateway with --policy-port (docs/flash.md)',
  },
  'bridge-failed': {
    meaning: 'the gateway’s frame, which allows better transports, did not load in the page',
    advice: 'allow the gateway in frame-src of the page’s policy; proxies must not add X-Frame-Options',
  },
  'page-option': {
    meaning: 'the page does not allow the better transports',
    advice: 'see data-transports or configure({ transports }) of the page',
  },
  'failed-before': {
    meaning: 'a better transport failed in this browser before, and is tried again after ten minutes',
    advice: 'see the word of its earlier connection',
  },
  'not-reported': {
    meaning:
      'the client did not report its steps: it has the shim of 0.1.0, its URL is very long, or it is not a shim',
    advice: 'reload pages that hold an old shim',
  },
} as const satisfies Readonly<Record<string, Downgrade>>;

/** A word of the table. */
export type DowngradeReason = keyof typeof DOWNGRADES;
