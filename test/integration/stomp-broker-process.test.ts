import assert from 'node:assert/strict';
import type { GatewayOptions } from '../../gateway/index.ts';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startWorkersWithBroker, type WorkersWithBroker } from '../support/stomp/broker-process.ts';
import { type PageSocket, StompClient } from '../support/stomp/stomp-client.ts';
import { brokerSuite } from '../support/stomp/suite.ts';
import { until } from '../support/until.ts';

/** Headers that differ between two connections to the same broker. */
const OWN = ['session', 'message-id', 'ack'];

const OPTIONS: GatewayOptions = {
  routes: [
    '/stomp=stomp:',
    { path: '/limited', backend: 'stomp:', stomp: { subscribe: ['/topic/€.#'], send: [] } },
  ],
  stompPort: '127.0.0.1:0',
  maxMessage: '64KiB',
  demo: true,
  stomp: {
    users: { anna: 'secret', display: { passcode: 'secret', subscribe: ['/topic/#'], send: [] } },
    maxSubscriptions: 2,
    maxQueued: 2,
  },
};

const login = { login: 'anna', passcode: 'secret' };
const CONNECT = { 'accept-version': '1.0,1.1,1.2', ...login };

type Say = (client: StompClient) => void | Promise<void>;

/** What a client says on one connection, and where. */
const DIALOGUES: Readonly<Record<string, { path?: string; say: Say }>> = {
  'a login': { say: (client) => client.send('CONNECT', { ...CONNECT, 'heart-beat': '60000,60000' }) },
  'a login of 1.0': { say: (client) => client.send('CONNECT', login) },
  'a wrong passcode': { say: (client) => client.send('CONNECT', { ...CONNECT, passcode: 'x' }) },
  'no login': { say: (client) => client.send('CONNECT', { 'accept-version': '1.2' }) },
  'an unknown version': { say: (client) => client.send('CONNECT', { ...CONNECT, 'accept-version': '9' }) },
  'a frame before CONNECT': { say: (client) => client.send('SEND', { destination: '/topic/a' }, 'x') },
  'a CONNECT that is too long': {
    say: (client) => client.send('CONNECT', { ...CONNECT, x: 'x'.repeat(20_000) }),
  },
  'what is not STOMP': { say: (client) => client.write('GET / HTTP/1.1\r\n\r\n') },
  'a topic': talk((client) => {
    client.send('SUBSCRIBE', { id: 's', destination: '/topic/a.*', receipt: 'r1' });
    client.send('SEND', { destination: '/topic/a.b', colour: 'blue' }, 'grüße');
  }),
  'bytes that are not UTF-8': talk((client) => {
    client.send('SUBSCRIBE', { id: 's', destination: '/topic/bytes' });
    client.send('SEND', { destination: '/topic/bytes' }, Buffer.from([0xff, 0, 0xfe]));
  }),
  'DISCONNECT with a receipt': talk((client) => client.send('DISCONNECT', { receipt: 'bye' })),
  'an unknown command': talk((client) => client.send('HELLO')),
  'an unknown acknowledgement': talk((client) => client.send('ACK', { id: 'nothing', receipt: 'r' })),
  'a subscription too many': talk((client) => {
    for (const id of ['1', '2', '3'])
      client.send('SUBSCRIBE', { id, destination: `/topic/${id}`, receipt: id });
  }),
  'a message too many for a queue': talk((client) => {
    client.send('BEGIN', { transaction: 't' });
    for (let count = 0; count < 3; count++)
      client.send('SEND', { destination: '/queue/full', transaction: 't' }, 'x');
    client.send('COMMIT', { transaction: 't', receipt: 'c' });
  }),
  'a frame that is too long': talk((client) => {
    client.write(`SEND\ndestination:/queue/long\n\n${'x'.repeat(60_000)}`);
    client.write(`${'x'.repeat(60_000)}\0`);
  }),
  'a message that is too long': {
    say: async (client) => {
      client.send('CONNECT', CONNECT);
      // Who is refused by its worker may never see what the broker answers meanwhile.
      await client.next('CONNECTED');
      client.write('x'.repeat(70_000));
    },
  },
  'a destination that the route does not allow': {
    path: '/limited',
    ...talk((client) => client.send('SEND', { destination: '/topic/€.1', receipt: 'r' }, 'x')),
  },
  'a destination that the route allows': {
    path: '/limited',
    ...talk((client) => client.send('SUBSCRIBE', { id: 's', destination: '/topic/€.1', receipt: 'r' })),
  },
  'a destination that the login may not send to': {
    say: (client) => {
      client.send('CONNECT', { ...CONNECT, login: 'display' });
      client.send('SEND', { destination: '/topic/a', receipt: 'r' }, 'x');
    },
  },
};

function talk(say: (client: StompClient) => void) {
  return {
    say: (client: StompClient) => {
      client.send('CONNECT', CONNECT);
      say(client);
    },
  };
}

describe('clients of a worker see the broker process as they see an embedded broker,', function () {
  this.timeout(30_000);
  let embedded: Awaited<ReturnType<typeof startGateway>>;
  let shared: WorkersWithBroker;
  const realms: Realm[] = [];

  before(async () => {
    embedded = await startGateway(OPTIONS);
    shared = await startWorkersWithBroker(OPTIONS);
  });
  after(async () => {
    for (const realm of realms) realm.leave();
    await embedded?.close();
    await shared?.close();
  });

  async function inPage(port: number): Promise<(path: string) => Promise<StompClient>> {
    const url = `http://127.0.0.1:${port}/page`;
    const realm = openRealm({ url, without: ['WebSocket', 'EventSource'] });
    realms.push(realm);
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': 'xhr-streaming' });
    return (path) =>
      StompClient.overPage(new realm.window.WebSocket(`ws://127.0.0.1:${port}${path}`) as PageSocket);
  }

  const native = async (port: number) => (path: string) =>
    StompClient.open(`ws://127.0.0.1:${port}${path}`, ['v12.stomp']);

  for (const [over, opener] of Object.entries({ 'a WebSocket': native, 'a fallback': inPage })) {
    describe(`over ${over}`, () => {
      let opens: ((path: string) => Promise<StompClient>)[] = [];
      before(async () => {
        opens = await Promise.all([embedded.port, shared.ports[0] as number].map(opener));
      });
      for (const [name, { path = '/stomp', say }] of Object.entries(DIALOGUES)) {
        it(`behind ${name}`, async () => {
          const [expected, seen] = await Promise.all(
            opens.map(async (open) => transcript(await open(path), say)),
          );
          assert.deepEqual(seen, expected);
        });
      }
    });
  }
});

/** All that a client gets, until it ends or the broker has answered everything. */
async function transcript(client: StompClient, say: Say): Promise<unknown> {
  await say(client);
  let code: number | undefined;
  void client.closed.then((closed) => {
    code = closed;
  });
  const isOver = (): boolean => code !== undefined || client.frames.length > 0;
  await until('an answer', isOver);
  if (code === undefined) await Promise.race([client.closed, quiet(client)]);
  client.end();
  return {
    code,
    frames: client.frames.map(({ command, headers, body }) => ({
      command,
      headers: Object.fromEntries([...headers].filter(([name]) => !OWN.includes(name))),
      body: body.toString('latin1'),
    })),
  };
}

/** Nothing more comes: one more receipt has come back behind everything before. */
async function quiet(client: StompClient): Promise<void> {
  client.send('SEND', { destination: '/topic/nobody', receipt: 'last' });
  await until('the last receipt', () =>
    client.frames.some(
      ({ command, headers }) => command === 'RECEIPT' && headers.get('receipt-id') === 'last',
    ),
  );
}

describe('the broker process', function () {
  this.timeout(30_000);
  const given: GatewayOptions = { routes: ['/stomp=stomp:'], stompPort: '127.0.0.1:0' };
  let shared: WorkersWithBroker;
  const at = (worker: number): string => `ws://127.0.0.1:${shared.ports[worker]}/stomp`;

  beforeEach(async () => {
    shared = await startWorkersWithBroker(given);
  });
  afterEach(() => shared.close());

  async function connect(to: number | string): Promise<StompClient> {
    const client = await StompClient.open(to);
    client.send('CONNECT', { 'accept-version': '1.2' });
    await client.next('CONNECTED');
    return client;
  }

  it('is one for clients of all workers and of the TCP port', async () => {
    const clients = await Promise.all([at(0), at(1), shared.stompPort ?? 0].map(connect));
    for (const client of clients) await client.ask('SUBSCRIBE', { id: 's', destination: '/topic/all' });
    await clients[0]?.ask('SEND', { destination: '/topic/all' }, 'to all');
    for (const client of clients) assert.equal((await client.message()).text, 'to all');
    for (const client of clients) client.end();
  });

  it('is one process and one port, however many workers ask for it at once', async () => {
    const { child, settings, stompPort } = shared;
    const { pid } = child;
    const demo = { ...given, demo: true };
    const ports = [given, demo, demo, given].map((options) => child.serve(settings(options)));
    assert.deepEqual(await Promise.all(ports), [stompPort, stompPort, stompPort, stompPort]);
    assert.equal(child.pid, pid);
    assert.deepEqual(shared.lines, []);
  });

  it('is started again when it dies, on the same port, and its clients get a Close', async () => {
    const [native, tcp] = await Promise.all([at(0), shared.stompPort ?? 0].map(connect));
    const before = shared.child.pid as number;
    process.kill(before, 'SIGKILL');
    assert.equal(await native?.closed, 1011);
    await tcp?.closed;
    await until('another process', () => shared.lines.some((line) => line.includes('started again')));
    assert.notEqual(shared.child.pid, before);
    assert.match(shared.lines[0] as string, /"reason":"SIGKILL".*broker process ended/);
    const again = await Promise.all([at(0), at(1), shared.stompPort ?? 0].map(connect));
    for (const client of again) client.end();
  });

  it('is killed and started again when it hangs', async () => {
    const watched = await startWorkersWithBroker({ ...given, workerTimeout: '2s' });
    const client = await connect(`ws://127.0.0.1:${watched.ports[0]}/stomp`);
    const before = watched.child.pid as number;
    process.kill(before, 'SIGSTOP');
    try {
      await until('another process', () => watched.lines.some((line) => line.includes('started again')));
      assert.equal(await client.closed, 1011);
      const { msg, pid, silentMs } = JSON.parse(watched.lines[0] as string);
      assert.deepEqual([msg, pid], ['broker process does not answer: killing it', before]);
      assert.ok(silentMs >= 2_000, `${silentMs} ms`);
      (await connect(watched.stompPort ?? 0)).end();
    } finally {
      // One that is still there stands still.
      watched.child.kill();
      await watched.close();
    }
  });

  it('goes on with its options and messages at a reload, says so, and takes what is new', async () => {
    const client = await connect(at(0));
    await client.ask('SEND', { destination: '/queue/kept' }, 'kept');
    assert.equal(await shared.child.serve(shared.settings(given)), shared.stompPort);
    assert.deepEqual(shared.lines, []);
    const changed = { ...given, demo: true, stomp: { users: { anna: 'secret' } }, stompPort: '127.0.0.1:1' };
    assert.equal(await shared.child.serve(shared.settings(changed)), shared.stompPort);
    assert.match(shared.lines.join(), /"changed":"stomp, stompPort".*goes on as it was/);
    const later = await connect(at(1));
    await later.ask('SUBSCRIBE', { id: 's', destination: '/queue/kept' });
    assert.equal((await later.message()).text, 'kept');
    for (const one of [client, later]) one.end();
  });

  it('rejects its start with what the system says about the port', async () => {
    const taken = { ...given, stompPort: `127.0.0.1:${shared.stompPort}` };
    await assert.rejects(startWorkersWithBroker(taken), {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      port: shared.stompPort,
    });
  });

  it('ignores the signals of its terminal, and ends behind the last client of a worker', async () => {
    const client = await connect(at(0));
    const tcp = await connect(shared.stompPort ?? 0);
    const pid = shared.child.pid as number;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    shared.child.drain();
    await tcp.closed;
    await client.ask('SEND', { destination: '/topic/a' }, 'still there');
    client.end();
    await shared.child.ended();
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});

describe('the broker process over a native WebSocket of a worker', () => {
  let standing: WorkersWithBroker;
  before(async () => {
    standing = await startWorkersWithBroker({ routes: ['/stomp=stomp:'] });
  });
  after(() => standing.close());
  brokerSuite(() => ({ at: `ws://127.0.0.1:${standing.ports[0]}/stomp` }));
});
