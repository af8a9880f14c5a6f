import { createHash } from 'node:crypto';
import type { Headers } from '../../http/exchange.ts';
import { cached } from './headers.ts';

/** The page by which engines without cross-origin requests reach this server from pages of another (SockJS 0.3.3, "IFrame page"). */
export function iframePage(library: string): string {
  return `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script>
    document.domain = document.domain;
    _sockjs_onload = function(){SockJS.bootstrap_iframe();};
  </script>
  <script src="${library.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>`;
}

/**
 * Requests of this page have the gateway's own origin, whoever has put it in a frame; so that must be somebody who may connect (CSP Level 2, `frame-ancestors`).
 * Engines that do not know the directive are looked after by `iframeLibrary`.
 */
export function iframeHeaders(content: string, framers: readonly string[]): Headers {
  return {
    ...cached(),
    'content-type': 'text/html; charset=UTF-8',
    'content-security-policy': `frame-ancestors ${["'self'", ...framers].join(' ')}`,
    'x-content-type-options': 'nosniff',
    etag: etagOf(content),
  };
}

export function etagOf(content: string): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}
