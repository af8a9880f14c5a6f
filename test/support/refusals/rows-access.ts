import { randomUUID } from 'node:crypto';
import { create, createByScript, plain, upgrade } from './requests.ts';
import { APP, ECHO, echoWith, type Row } from './row.ts';

const HOST = { host: 'app.intranet' };

export const hostRows: readonly Row[] = [
  {
    what: 'the script tag, under a `Host` that is not accepted',
    started: ECHO,
    attempt: plain('GET', '/shim/websocket.min.js', HOST),
    passes: /^200 \(readable\) (?!typeof console)/,
  },
  { what: 'a page of the shim, the same', started: ECHO, attempt: plain('GET', '/shim/bridge.html', HOST) },
  { what: 'a native WebSocket, the same', started: ECHO, attempt: upgrade('/echo', HOST) },
  {
    what: 'a `create` of a fallback, the same',
    started: ECHO,
    attempt: create('/echo', 'http://app.intranet', { ...HOST, origin: 'http://app.intranet' }),
  },
  {
    what: 'a native WebSocket, under the name that a proxy knows the gateway by',
    started: ECHO,
    attempt: upgrade('/echo', { host: 'backend_1', 'x-forwarded-for': '10.1.2.3' }),
  },
  { what: "SockJS's `info`, the same", started: ECHO, attempt: plain('GET', '/echo/info', HOST) },
];

export const originRows: readonly Row[] = [
  {
    what: 'a native WebSocket of a page whose origin is not listed',
    started: ECHO,
    attempt: upgrade('/echo', { origin: APP }),
  },
  { what: 'a `create` of such a page', started: ECHO, attempt: create('/echo', APP), page: '/echo' },
  {
    what: 'the same by XDomainRequest',
    started: ECHO,
    attempt: create('/echo', APP, { origin: APP }, '?w=1'),
    passes: /^200 \(readable\) token=/,
  },
  {
    what: 'a `create` of a page that was opened from a file, or is sandboxed',
    started: ECHO,
    attempt: create('/echo', 'null'),
  },
  {
    what: 'a `create` without `Origin`, whose `Referer` is not of a listed origin',
    started: ECHO,
    attempt: create('/echo', APP, { referer: `${APP}/page`, 'x-fallback': 'create' }),
  },
  {
    what: 'a preflight of a page whose origin is not listed',
    started: ECHO,
    attempt: plain('OPTIONS', '/echo/_fallback/v1/create', {
      origin: APP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'traceparent',
    }),
    passes: /^204 \(readable\)/,
  },
  {
    what: "SockJS's `info` for such a page",
    started: ECHO,
    attempt: plain('GET', '/echo/info', { origin: APP }),
  },
  {
    what: 'a session of SockJS for such a page',
    started: ECHO,
    attempt: (gateway) => plain('POST', `/echo/000/${randomUUID()}/xhr`, { origin: APP })(gateway),
  },
  {
    what: 'a page behind a proxy that speaks TLS and is not trusted',
    started: echoWith('--host', 'app.example'),
    attempt: upgrade('/echo', {
      host: 'app.example',
      origin: 'https://app.example',
      'x-forwarded-proto': 'https',
    }),
  },
  {
    what: 'a page behind a proxy that changes `Host` and is not trusted',
    started: echoWith('--host', 'app.example'),
    attempt: create('/echo', APP, { origin: APP, 'x-forwarded-host': 'app.example' }),
  },
];

export const jsonpRows: readonly Row[] = [
  {
    what: 'a `create` by a script tag, without JSONP',
    started: ECHO,
    attempt: createByScript('/echo'),
    passes: /_fg1\("token=/,
  },
  {
    what: "SockJS's JSONP, without JSONP",
    started: ECHO,
    attempt: (gateway) => {
      const referer = `http://127.0.0.1:${gateway.port}/`;
      return plain('GET', `/echo/000/${randomUUID()}/jsonp?c=f`, { referer })(gateway);
    },
  },
];
