import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { event, Servers } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

type Line = Readonly<Record<string, unknown>>;

describe('a client over its rate', () => {
  const servers = new Servers();
  let clock: TestClock;
  let backend: number;
  let gateway: Gateway;
  let port: number;
  let client: FallbackClient;
  let lines: Line[];
  const sockets: WebSocket[] = [];

  before(async () => {
    backend = await servers.webSocket((socket) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
  });
  afterEach(() => close());
  after(() => servers.stopAll());

  async function start(options: GatewayOptions): Promise<void> {
    clock = new TestClock();
    lines = [];
    gateway = createGateway(
      {
        listen: '127.0.0.1:0',
        trustedProxy: '127.0.0.1',
        routes: ['/echo=echo:', `/ws=ws://127.0.0.1:${backend}`],
        ...options,
      },
      {
        clock,
        log: createLog({
          level: 'info',
          format: 'json',
          write: (line) => lines.push(JSON.parse(line) as Line),
        }),
      },
    );
    ({ port } = await gateway.listen());
    client = new FallbackClient(port);
  }

  async function close(): Promise<void> {
    for (const socket of sockets.splice(0)) socket.terminate();
    client.close();
    let isClosed = false;
    void gateway.close(0).then(() => {
      isClosed = true;
    });
    await until('the end of the gateway', () => {
      clock.advance(1_000);
      return isClosed;
    });
  }

  const ends = (): Line[] => lines.filter(({ msg, code }) => msg === 'connection closed' && code === 1008);

  async function open(path: string, address = '10.0.0.1'): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { 'x-forwarded-for': address },
    });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).on('error', reject));
    return socket;
  }

  const closing = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve(`${code} ${reason}`));
    });

  async function echoed(socket: WebSocket, text = 'x'): Promise<void> {
    socket.send(text);
    await event(socket, 'message');
  }

  const create = (address: string, path = '/echo') =>
    client.ask(`${path}/_fallback/v1/create`, {
      headers: { 'x-fallback': 'create', 'x-forwarded-for': address },
      body: createBody({ url: path, origin: client.origin }),
    });

  describe('of new connections', () => {
    it('is refused with 429 and one line until there is room again; others are not', async () => {
      await start({ createRate: '3/m' });
      const token = new URLSearchParams((await create('10.0.0.1')).body).get('token') ?? '';
      await open('/ws');
      const sockJs = await client.ask('/echo/000/one/xhr', { headers: { 'x-forwarded-for': '10.0.0.1' } });
      assert.equal(sockJs.body, 'o\n');
      for (let i = 0; i < 3; i++) assert.equal((await create('10.0.0.1')).status, 429);
      await assert.rejects(open('/echo'), /429/);
      const refusals = lines.filter(({ code }) => code === 'GW_CREATE_RATE');
      assert.equal(refusals.length, 1);
      assert.match(String(refusals[0]?.remedy), /^start with --create-rate 6\/m|^write .*createRate: '6\/m'/);
      assert.equal((await create('10.0.0.2')).status, 200, 'a neighbour');
      assert.equal((await client.post('send', token, 'A0␞')).status, 200, 'what is open goes on');
      clock.advance(20_000);
      assert.equal((await create('10.0.0.1')).status, 200);
      assert.equal((await create('10.0.0.1')).status, 429);
    });

    it('is not what repeats its create', async () => {
      await start({ createRate: '1/m' });
      const body = createBody({ url: '/echo', origin: client.origin });
      const headers = { 'x-fallback': 'create' };
      for (let i = 0; i < 3; i++) {
        assert.equal((await client.ask('/echo/_fallback/v1/create', { headers, body })).status, 200);
      }
    });
  });

  for (const path of ['/echo', '/ws']) {
    describe(`of what it sends natively, to ${path}`, () => {
      it('is closed with 1008 by its messages, with one line that says how to raise the rate', async () => {
        await start({ messageRate: '10/s' });
        const [one, neighbour] = [await open(path), await open(path)];
        for (let i = 0; i < 10; i++) await echoed(one);
        clock.advance(500);
        for (let i = 0; i < 5; i++) await echoed(one);
        const closed = closing(one);
        one.send('x');
        assert.equal(await closed, '1008 too many messages');
        await echoed(neighbour);
        await until('the line', () => ends().length > 0);
        assert.equal(ends().length, 1);
        const [{ by, reason, remedy }] = ends() as [Line];
        assert.deepEqual([by, reason], ['gateway', 'too many messages']);
        assert.match(String(remedy), /messageRate: '20\/s'|--message-rate 20\/s/);
      });

      it('is closed with 1008 by its bytes; one message may be longer than the rate', async () => {
        await start({ byteRate: '1KiB/s' });
        const one = await open(path);
        await echoed(one, 'x'.repeat(3_000));
        const closed = closing(one);
        one.send('x');
        assert.equal(await closed, '1008 too many bytes');
        const other = await open(path);
        await echoed(other, 'x'.repeat(3_000));
        clock.advance(5_000);
        await echoed(other);
      });
    });
  }

  it('is closed with 1008 on a fallback, in order behind what came before', async () => {
    await start({ messageRate: '3/s' });
    const token = await client.create('/echo');
    const neighbour = await client.create('/echo');
    const { status } = await client.post('send', token, '#1␞Ta␞Tb␞Tc␞Td␞Te␞');
    assert.equal(status, 200);
    const { body } = await client.post('xhr-polling', token, 'D1,0␞');
    assert.match(body, /Ta␞Tb␞Tc␞C1008,too many messages␞/);
    await client.post('send', token, 'A4␞');
    await client.post('send', neighbour, '#1␞Ta␞');
    assert.match((await client.post('xhr-polling', neighbour, 'D1,0␞')).body, /Ta␞/);
    await until('the line', () => ends().length > 0);
    assert.deepEqual([ends().length, ends()[0]?.messagesIn], [1, 3]);
  });

  it('is closed with 1008 on SockJS', async () => {
    await start({ messageRate: '2/s' });
    await client.ask('/echo/000/two/xhr');
    await client.ask('/echo/000/two/xhr_send', { body: '["a","b","c"]' });
    assert.equal((await client.ask('/echo/000/two/xhr')).body, 'a["a","b"]\n');
    assert.equal((await client.ask('/echo/000/two/xhr')).body, 'c[1008,"too many messages"]\n');
  });

  it('sets no timer, and is nothing where no rate is given', async () => {
    await start({});
    const before = clock.timers;
    await open('/echo');
    const unlimited = clock.timers - before;
    await close();
    await start({ messageRate: '10/s', byteRate: '1MiB/s', createRate: '10/s' });
    const empty = clock.timers;
    await open('/echo');
    assert.equal(clock.timers - empty, unlimited);
  });

  it('has a rate that is well written', () => {
    for (const createRate of ['fast', '0/s', '10/d', '10', '-1/s', '1.5/s', '1MiB/s']) {
      assert.throws(
        () => createGateway({ createRate }),
        /createRate ".*" must be a rate like 100\/s or 20\/m, or "off"/,
      );
    }
    createGateway({ createRate: 'off', byteRate: '1MiB/m', messageRate: '100/h' });
  });
});
