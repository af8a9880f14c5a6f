import { randomUUID } from 'node:crypto';
import { bytes, create, plain, raw, type Try, times, upgrade } from './requests.ts';
import { APP, ECHO, echoWith, type Row } from './row.ts';
import type { Surroundings } from './servers.ts';

/** A `create` of a same-origin script that sends no `Origin`. */
const own: Try = (gateway) =>
  create('/echo', `http://127.0.0.1:${gateway.port}`, { 'x-fallback': 'create' })(gateway);

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
      what: 'the demo, which is off where there are routes',
      started: ECHO,
      attempt: plain('GET', '/laboratory.html'),
    },
    {
      what: "SockJS's `info`, where SockJS is off",
      started: echoWith('--no-sockjs'),
      attempt: plain('GET', '/echo/info'),
      advice: /leave --no-sockjs out/,
    },
    {
      what: 'a native WebSocket whose Upgrade a proxy removed',
      started: ECHO,
      attempt: plain('GET', '/echo', { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      advice: /proxy_set_header Upgrade/,
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
    what: 'one that an address opens too fast',
    started: echoWith('--create-rate', '1/m'),
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
    what: 'a request without `Host`',
    started: ECHO,
    attempt: ({ port }) => raw(port, ['GET /healthz HTTP/1.1']),
    advice: /does not allow/,
  },
  {
    what: 'the PROXY protocol',
    started: ECHO,
    attempt: ({ port }) => bytes(port, Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n\r\n')),
    advice: /send-proxy/,
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
