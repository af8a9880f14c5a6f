import { createHash } from 'node:crypto';
import { frameAncestors, NO_SNIFF } from '../../base/security-headers.ts';
import type { Headers } from '../../http/exchange.ts';
import { cached } from './headers.ts';

/**
 * The page by which engines without cross-origin requests reach this server from another server's
 * pages (SockJS 0.3.3, "IFrame page").
 */
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
 * Requests of this page have the gateway's own origin, whoever frames it, so only pages that may
 * connect may frame it (CSP Level 2, `frame-ancestors`). `iframeLibrary` looks after engines that
 * do not know the directive. Caches may keep the page and must ask each time whether it is still
 * right: else a page that is no longer allowed could frame it for as long as it was kept.
 */
export function iframeHeaders(content: string, framers: readonly string[]): Headers {
  const policy = frameAncestors(framers);
  const { 'cache-control': caching = '', ...others } = cached();
  return {
    ...others,
    ...NO_SNIFF,
    'cache-control': `${caching}, no-cache`,
    'content-type': 'text/html; charset=UTF-8',
    'content-security-policy': policy,
    etag: etagOf(`${policy}\n${content}`),
  };
}

export function etagOf(content: string): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}
