import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway, type GatewaySocket } from '../../gateway/index.ts';
import { event, frame, RawClient, Servers } from '../support/servers/upstreams.ts';
import { until } from '../support/until.ts';

type Line = Readonly<Record<string, unknown>>;

const hixie = {
  Upgrade: 'WebSocket',
  'Sec-WebSocket-Key': undefined,
  'Sec-WebSocket-Version': undefined,
  'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5',
  'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00',
};
const mask = Buffer.of(1, 2, 3, 4);

describe('the log of native connections', () => {
  const servers = new Servers();
  let gateway: Gateway;
  let port: number;
  let text = '';

  const lines = (message: string): Line[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
      .filter(({ msg }) => msg === message);

  /** The fields of the only line with this message, but for its time and its id. */
  async function line(message: string): Promise<Line> {
    await until(message, () => lines(message).length > 0);
    assert.equal(lines(message).length, 1);
    const { time: _time, level: _level, msg: _msg, session: _session, ...fields } = lines(message)[0] as Line;
    return fields;
  }

  /** The line of the end, with the line of the beginning of the same connection. */
  async function ending(): Promise<Line> {
    const { durationMs, ...fields } = await line('connection closed');
    assert.ok(typeof durationMs === 'number' && durationMs >= 0);
    const [opened, closed] = [lines('connection opened')[0], lines('connection closed')[0]];
    assert.match(String(opened?.session), /^[\w-]{8}$/);
    assert.equal(closed?.session, opened?.session);
    return fields;
  }

  async function start(routes: string[], handler: (socket: GatewaySocket) => void = () => {}): Promise<void> {
    text = '';
    const write = (chunk: string): void => {
      text += chunk;
    };
    const log = createLog({ level: 'debug', format: 'json', write });
    gateway = createGateway({ listen: 0, demo: false, routes, maxMessage: '1KiB', grace: 0 }, { log });
    gateway.route('/handler', handler);
    ({ port } = await gateway.listen());
  }

  afterEach(async () => {
    servers.stopAll();
    await gateway.close(0);
    assert.ok(!/secret/.test(text), text);
  });

  /** A browser whose query and cookie are nobody's business. */
  async function browser(path: string): Promise<WebSocket> {
    const headers = { cookie: 'login=secret', authorization: 'secret' };
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}?token=secret`, ['chat'], { headers });
    await event(client, 'open');
    return client;
  }

  it('has one line when a connection to a handler opens, and one with its totals when it closes', async () => {
    await start([], (socket) => socket.on('message', (data) => socket.send(`${data}${data}`)));
    const client = await browser('/handler');
    assert.deepEqual(await line('connection opened'), {
      route: '/handler',
      remoteAddress: '127.0.0.1',
      transport: 'websocket',
      protocol: 'chat',
    });
    client.send('hello');
    await event(client, 'message');
    client.close(4001, 'bye');
    assert.deepEqual(await ending(), {
      route: '/handler',
      remoteAddress: '127.0.0.1',
      carriers: 'websocket',
      code: 4001,
      by: 'client',
      messagesIn: 1,
      bytesIn: 5,
      messagesOut: 1,
      bytesOut: 10,
    });
  });

  it('counts the bytes of a spliced connection', async () => {
    const upstream = await servers.webSocket((socket) => {
      socket.on('message', (data) => {
        socket.send(data);
        socket.close(4002);
      });
    });
    await start([`/ws=ws://127.0.0.1:${upstream}`]);
    const client = await browser('/ws');
    const { protocol, route } = await line('connection opened');
    assert.deepEqual([route, protocol], ['/ws', 'chat']);
    client.send('hello');
    assert.deepEqual(await ending(), {
      route: '/ws',
      remoteAddress: '127.0.0.1',
      carriers: 'websocket',
      code: 4002,
      by: 'backend',
      messagesIn: 1,
      // The client's message and its answer to the Close; the echo and the Close.
      bytesIn: 6 + 5 + 8,
      messagesOut: 1,
      bytesOut: 2 + 5 + 4,
    });
  });

  it('names the backend that ended a connection without a Close', async () => {
    await start([], (socket) => socket.on('message', () => socket.terminate()));
    const client = await browser('/handler');
    client.send('x');
    const { code, by } = await ending();
    assert.deepEqual([code, by], [1006, 'backend']);
  });

  it('says why the gateway ended a connection', async () => {
    await start(['/echo=echo:']);
    const client = await RawClient.handshake(port, '/echo', { Host: '127.0.0.1' });
    await client.until('\r\n\r\n');
    client.write(frame(0x82, Buffer.alloc(1025), mask));
    await client.read(4);
    client.socket.destroy();
    const { code, by, error, reason } = await ending();
    assert.deepEqual([code, by, error], [1009, 'gateway', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']);
    assert.equal(reason, 'Max payload size exceeded');
  });

  it('says that the gateway closed a spliced connection for a message that is too long', async () => {
    const upstream = await servers.webSocket(() => {});
    await start([`/ws=ws://127.0.0.1:${upstream}`]);
    const client = await browser('/ws');
    client.send(Buffer.alloc(1025));
    const { code, by, remedy } = await ending();
    assert.deepEqual([code, by], [1009, 'gateway']);
    assert.equal(remedy, "write createGateway({ maxMessage: '2KiB' })");
  });

  it('says that the gateway drained', async () => {
    await start(['/echo=echo:']);
    await browser('/echo');
    await gateway.close(1_000);
    const { code, by } = await ending();
    assert.deepEqual([code, by], [1001, 'gateway']);
  });

  it('has the same lines for a hixie client', async () => {
    await start(['/echo=echo:']);
    const fields = { ...hixie, Host: `127.0.0.1:${port}`, Origin: `http://127.0.0.1:${port}` };
    const client = await RawClient.handshake(port, '/echo', fields);
    client.write(Buffer.from('^n:ds[4U\0hello\xff', 'latin1'));
    await client.until('hello\xff');
    client.socket.end();
    const { code, by, messagesIn, bytesOut } = await ending();
    assert.deepEqual([code, by, messagesIn, bytesOut], [1005, 'client', 1, 5]);
  });

  it('names a backend that refuses, its client, the reason in words and what to do', async () => {
    const upstream = await servers.http((server) =>
      server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n')),
    );
    const answered = `ws://127.0.0.1:${upstream}`;
    for (const [backend, status, reason, remedy] of [
      [answered, 401, 'the backend answered 401', /login/],
      ['ws://127.0.0.1:1', undefined, 'nothing listens there', /^start the server/],
    ] as const) {
      await start([`/ws=${backend}`]);
      await event(
        new WebSocket(`ws://127.0.0.1:${port}/ws?token=secret`).on('error', () => {}),
        'close',
      );
      const { code, remedy: advice, ...fields } = await line('backend refused');
      assert.equal(code, 'GW_REFUSED');
      assert.match(String(advice), remedy);
      const client = {
        path: '/ws',
        host: `127.0.0.1:${port}`,
        remoteAddress: '127.0.0.1',
        carrier: 'native',
      };
      assert.deepEqual(fields, { route: '/ws', backend, reason, ...client, ...(status && { status }) });
      await gateway.close(0);
    }
  });
});
