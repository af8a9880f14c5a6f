import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { event, Servers } from '../support/servers/upstreams.ts';

type Seen = { headers: IncomingHttpHeaders; rawHeaders: readonly string[] };

describe('the user that a trusted proxy names', () => {
  const servers = new Servers();
  let gateway: Gateway | undefined;
  let port: number;
  let backend: number;
  let seen: Seen[];
  let log: string;

  before(async () => {
    backend = await servers.webSocket((_socket, { headers, rawHeaders }) =>
      seen.push({ headers, rawHeaders }),
    );
  });
  beforeEach(() => {
    seen = [];
    log = '';
  });
  afterEach(() => gateway?.close(0));
  after(() => servers.stopAll());

  async function start(options: GatewayOptions = {}): Promise<void> {
    gateway = createGateway(
      {
        listen: '127.0.0.1:0',
        userHeader: 'X-Remote-User',
        trustedProxy: '127.0.0.0/8',
        routes: [`/ws=ws://127.0.0.1:${backend}`],
        ...options,
      },
      {
        log: createLog({
          level: 'info',
          format: 'json',
          write: (line) => {
            log += line;
          },
        }),
      },
    );
    gateway.route('/handler', (_socket, { headers, rawHeaders }) => seen.push({ headers, rawHeaders }));
    ({ port } = await gateway.listen());
  }

  type Sent = Readonly<Record<string, string | string[]>>;

  /** Each way in which a client comes: natively, by a fallback, and by SockJS. */
  const ways: Readonly<Record<string, (path: string, headers: Sent) => Promise<void>>> = {
    async natively(path, headers) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      await event(socket, 'open');
      socket.terminate();
    },
    async 'by a fallback'(path, headers) {
      const client = new FallbackClient(port);
      const body = createBody({ url: path, origin: client.origin });
      const sent = { origin: client.origin, ...headers } as Record<string, string>;
      const { status } = await client.ask(`${path}/_fallback/v1/create`, { headers: sent, body });
      assert.equal(status, 200);
      client.close();
    },
    async 'by SockJS'(path, headers) {
      const client = new FallbackClient(port);
      const sent = headers as Record<string, string>;
      const { status } = await client.ask(`${path}/000/${Math.random()}x/xhr`.replace('0.', ''), {
        headers: sent,
      });
      assert.equal(status, 200);
      client.close();
    },
  };

  /** What the backend got under any name that it may take for the field's. */
  const users = (): unknown[] => {
    const [{ rawHeaders }] = seen as [Seen];
    return rawHeaders.flatMap((name, index) =>
      index % 2 === 0 && /^x[-_]remote[-_]user$/i.test(name) ? [name, rawHeaders[index + 1]] : [],
    );
  };

  for (const path of ['/ws', '/handler']) {
    for (const [way, connect] of Object.entries(ways)) {
      it(`gets to the backend and into the log: ${way}, ${path}`, async () => {
        await start();
        await connect(path, { 'x-remote-user': 'anna' });
        assert.deepEqual(users(), ['X-Remote-User', 'anna']);
        assert.equal(seen[0]?.headers['x-remote-user'], 'anna');
        const opened = log.split('\n').find((line) => line.includes('"connection opened"')) ?? '';
        assert.equal(JSON.parse(opened).user, 'anna');
      });

      it(`is dropped from anybody else: ${way}, ${path}`, async () => {
        await start({ trustedProxy: '192.0.2.1' });
        await connect(path, { 'x-remote-user': 'anna', X_Remote_User: 'anna' });
        assert.deepEqual(users(), []);
        assert.equal(seen[0]?.headers['x-remote-user'], undefined);
        assert.ok(!log.includes('anna'), log);
      });
    }
  }

  it('is not believed where it came twice, or under a name that CGI takes for it', async () => {
    await start();
    await ways.natively?.('/ws', { 'x-remote-user': ['mallory', 'anna'] });
    assert.deepEqual(users(), []);
    seen = [];
    await ways.natively?.('/ws', { 'x-remote-user': 'anna', x_remote_user: 'mallory' });
    assert.deepEqual(users(), ['X-Remote-User', 'anna']);
  });

  it('cannot be removed by the client, by naming it in Connection', async () => {
    await start();
    await ways['by a fallback']?.('/ws', { 'x-remote-user': 'anna', connection: 'close, X-Remote-User' });
    assert.deepEqual(users(), ['X-Remote-User', 'anna']);
  });

  it('goes no further for a page that * alone lets in, as its cookies do', async () => {
    await start({ origin: '*' });
    const client = new FallbackClient(port);
    const { status } = await client.ask('/ws/_fallback/v1/create', {
      headers: { origin: 'http://any.example', 'x-remote-user': 'anna' },
      body: createBody({ url: '/ws', origin: 'http://any.example' }),
    });
    client.close();
    assert.equal(status, 200);
    assert.deepEqual(users(), []);
  });

  it('needs a proxy that is trusted, and a name of its own', () => {
    const wrong = (options: GatewayOptions, message: RegExp): void =>
      assert.throws(() => createGateway(options), message);
    wrong({ userHeader: 'X-Remote-User' }, /userHeader needs trustedProxy/);
    for (const userHeader of ['Cookie', 'Host', 'X-Forwarded-For', 'a b'])
      wrong({ userHeader, trustedProxy: '10.0.0.1' }, /userHeader ".*" must be the name of a header field/);
  });
});
