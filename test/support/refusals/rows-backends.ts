import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import type { Started } from './repaired.ts';
import { create, type Try, upgrade } from './requests.ts';
import { APP, PAGE_ORIGIN, type Row } from './row.ts';
import type { Surroundings } from './servers.ts';

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
      what: 'an auth server that does not let the client in',
      started: behindAuth(`http://127.0.0.1:${around.auth}`),
      attempt: upgrade('/ws'),
      advice: /decides; it sees the cookies/,
    },
    {
      what: 'an auth server that does not run',
      started: behindAuth('http://127.0.0.1:1'),
      attempt: upgrade('/ws'),
      advice: /^the auth server http:\/\/127\.0\.0\.1:1: nothing listens there/,
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

function behindAuth(auth: string): Started {
  return { flags: [], file: { routes: [{ path: '/ws', backend: 'echo:', auth }] } };
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
