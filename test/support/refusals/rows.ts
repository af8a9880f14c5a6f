import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import type { Started } from './repaired.ts';
import { bytes, create, createByScript, plain, raw, type Try, times, upgrade } from './requests.ts';
import type { Surroundings } from './servers.ts';

/** One refusal: how a gateway is started, and what a client does that it refuses. */
export interface Row {
  /** A line of the table. */
  readonly what: string;
  readonly started: Started;
  readonly attempt: Try;
  /** What the operator fills in. */
  readonly fill?: Readonly<Record<string, string>>;
  /** How the answer begins once the line's option was added. @default 101 or 200 */
  readonly passes?: RegExp;
  /** No option helps: the line says what does. */
  readonly advice?: RegExp;
  /** As many causes as have to be mended. @default 1 */
  readonly edits?: number;
  /** What a page with the shim does, on another origin than the gateway: the path that it opens. */
  readonly page?: string;
}

const ECHO: Started = { flags: ['--route', '/echo=echo:'] };
const APP = 'http://app.example';
/** Of the page that `diagnosticsOf` opens. */
const PAGE_ORIGIN = 'http://127.0.0.1:1';
const HOST = { host: 'app.intranet' };

function echoWith(...flags: string[]): Started {
  return { flags: [...ECHO.flags, ...flags] };
}

/** A `create` of a same-origin script that sends no `Origin`. */
const own: Try = (gateway) =>
  create('/echo', `http://127.0.0.1:${gateway.port}`, { 'x-fallback': 'create' })(gateway);

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

export function routeRows({ plain: port }: Surroundings): readonly Row[] {
  const fill = { 'HOST:PORT': `127.0.0.1:${port}` };
  return [
    {
      what: 'a native WebSocket at a path without a route',
      started: ECHO,
      attempt: upgrade('/nope'),
      fill,
    },
    {
      what: 'a `create` there',
      started: ECHO,
      attempt: create('/nope', APP),
      fill,
      // The next cause is the origin.
      edits: 2,
      page: '/nope',
    },
    { what: "SockJS's `info` there", started: ECHO, attempt: plain('GET', '/nope/info'), fill },
    {
      what: '`crossdomain.xml`, where it is off',
      started: ECHO,
      attempt: plain('GET', '/crossdomain.xml'),
    },
    {
      what: 'a file of the fallback over Flash, where that is off',
      started: ECHO,
      attempt: plain('GET', '/shim/flash-origins'),
      fill: { 843: '0' },
    },
    {
      what: "Socket.IO's polling at a route",
      started: { flags: ['--route', `/socket.io=ws://127.0.0.1:${port}`] },
      attempt: plain('GET', '/socket.io/?EIO=4&transport=polling', { origin: APP }),
      advice: /plain HTTP to the application/,
    },
  ];
}

export const boundRows: readonly Row[] = [
  {
    what: 'one fallback session too many',
    started: echoWith('--max-sessions', '1'),
    attempt: times(2, own),
  },
  {
    what: 'one too many of an address',
    started: echoWith('--max-sessions-per-address', '1'),
    attempt: times(2, own),
  },
  {
    what: 'one connection too many',
    started: echoWith('--max-connections', '1'),
    attempt: times(2, own),
  },
  {
    what: 'one too many of an address, of any kind',
    started: echoWith('--max-connections-per-address', '1'),
    attempt: times(2, own),
  },
  {
    what: 'a header of 20,000 bytes',
    started: ECHO,
    attempt: ({ port }) =>
      raw(port, [
        'GET /healthz HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        `Authorization: Negotiate ${'A'.repeat(20_000)}`,
      ]),
  },
  {
    what: 'a request body that is too long',
    started: echoWith('--max-body', '4KiB'),
    attempt: plain('POST', '/echo/_fallback/v1/send', {}, `token;${'x'.repeat(6_000)}`),
    // The body is taken, and has the token of no session.
    passes: /^404/,
  },
  {
    what: 'messages of SockJS that are too long',
    started: echoWith('--max-message', '1KiB'),
    attempt: async (gateway) => {
      const session = `/echo/000/${randomUUID()}`;
      await plain('POST', `${session}/xhr`)(gateway);
      return plain('POST', `${session}/xhr_send`, {}, JSON.stringify(['x'.repeat(1_500)]))(gateway);
    },
    passes: /^204/,
  },
  {
    what: 'a request that is no HTTP',
    started: ECHO,
    attempt: ({ port }) => bytes(port, Buffer.from('HELLO\r\n\r\n')),
    advice: /no valid HTTP/,
  },
  {
    what: 'TLS on a port without it',
    started: ECHO,
    attempt: ({ port }) => bytes(port, Buffer.from([0x16, 3, 1, 0, 1, 0, 0, 0])),
    advice: /^start with --tls-cert FILE\.pem; with --tls-key/,
  },
  {
    what: 'an action of the fallback protocol that there is not',
    started: ECHO,
    attempt: plain('POST', '/echo/_fallback/v1/open'),
    advice: /version/,
  },
  {
    what: 'a method that is wrong',
    started: ECHO,
    attempt: plain('GET', '/echo/_fallback/v1/create'),
    advice: /Allow/,
  },
  {
    what: 'a session that is not there',
    started: ECHO,
    attempt: plain('POST', '/echo/_fallback/v1/send', {}, 'token;A0\x1e'),
    advice: /balancer/,
  },
];

export function backendRows(around: Surroundings): readonly Row[] {
  const to = (backend: string): Started => ({ flags: ['--route', `/ws=${backend}`] });
  return [
    {
      what: 'a backend that speaks TLS, at `ws://`',
      started: to(`ws://localhost:${around.tls}`),
      attempt: upgrade('/ws'),
      fill: { 'FILE.pem': around.cert },
      // The next cause is its certificate.
      edits: 2,
    },
    {
      what: 'a backend that speaks no TLS, at `wss://`',
      started: to(`wss://127.0.0.1:${around.plain}`),
      attempt: upgrade('/ws'),
    },
    {
      what: 'a backend with a certificate that nobody signed',
      started: to(`wss://localhost:${around.tls}`),
      attempt: upgrade('/ws'),
      fill: { 'FILE.pem': around.cert },
    },
    {
      what: 'a backend with a certificate for another name',
      started: {
        flags: [],
        file: { routes: [{ path: '/ws', backend: `wss://127.0.0.1:${around.tls}`, ca: around.cert }] },
      },
      attempt: upgrade('/ws'),
    },
    {
      what: 'a backend without a WebSocket at this path',
      started: to(`ws://127.0.0.1:${around.chat}/`),
      attempt: upgrade('/ws'),
      fill: { PATH: 'chat' },
    },
    {
      what: 'a backend that compares the page’s Origin with Host',
      started: { flags: [...to(`ws://127.0.0.1:${around.careful}`).flags, '--origin', APP] },
      attempt: upgrade('/ws', { origin: APP }),
    },
    {
      what: 'the same for a page of the gateway’s own origin, over https',
      started: {
        flags: [
          ...to(`ws://127.0.0.1:${around.careful}`).flags,
          ...['--trusted-proxy', '127.0.0.1', '--host', 'app.example'],
        ],
      },
      attempt: upgrade('/ws', {
        host: 'app.example',
        origin: 'https://app.example',
        'x-forwarded-proto': 'https',
      }),
    },
    {
      what: 'a backend that wants a login',
      started: to(`ws://127.0.0.1:${around.closed}`),
      attempt: upgrade('/ws'),
      advice: /login/,
    },
    {
      what: 'a backend that does not run',
      started: { flags: [...to('ws://127.0.0.1:1').flags, '--origin', PAGE_ORIGIN] },
      attempt: create('/ws', PAGE_ORIGIN),
      advice: /^start the server/,
      page: '/ws',
    },
  ];
}

export function stompRows({ stomp }: Surroundings): readonly Row[] {
  const route = { path: '/stomp', backend: `stomp://127.0.0.1:${stomp}` };
  return [
    {
      what: 'a STOMP destination that the route does not allow',
      started: { flags: [], file: { routes: [{ ...route, stomp: { send: ['/queue/a'] } }] } },
      attempt: sendByStomp('/queue/b'),
      passes: /^RECEIPT/,
    },
    {
      what: 'a login that the embedded broker does not know',
      started: { flags: ['--route', '/stomp=stomp:'], file: { stomp: { users: { bob: 'x' } } } },
      attempt: sendByStomp('/queue/b'),
      fill: { PASSCODE: 'secret' },
      passes: /^RECEIPT/,
    },
    {
      what: 'a STOMP broker at the other scheme',
      started: { flags: ['--route', `/stomp=stomps://127.0.0.1:${stomp}`] },
      attempt: upgrade('/stomp'),
    },
  ];
}

/** Connects, sends one message, and resolves with the command and message of the last answer. */
function sendByStomp(destination: string): Try {
  return async ({ port }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/stomp`, 'v12.stomp');
    await once(socket, 'open');
    const send = (text: string): void => socket.send(`${text}\0`);
    send('CONNECT\naccept-version:1.2\nhost:x\nlogin:anna\npasscode:secret\n\n');
    for await (const [data] of on(socket)) {
      const [command = '', ...headers] = String(data).split('\n');
      if (command === 'CONNECTED') send(`SEND\ndestination:${destination}\nreceipt:1\n\nhello`);
      if (command !== 'RECEIPT' && command !== 'ERROR') continue;
      socket.terminate();
      const message = headers.find((line) => line.startsWith('message:')) ?? '';
      return `${command} ${message.slice('message:'.length)}`.trim();
    }
    return 'closed';
  };
}

async function* on(socket: WebSocket): AsyncGenerator<[RawData]> {
  while (socket.readyState === WebSocket.OPEN) yield (await once(socket, 'message')) as [RawData];
}

export function allRows(around: Surroundings): readonly Row[] {
  return [
    ...hostRows,
    ...originRows,
    ...jsonpRows,
    ...routeRows(around),
    ...boundRows,
    ...backendRows(around),
    ...stompRows(around),
  ];
}
