import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Broker } from '../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../gateway/stomp/broker/options.ts';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { stompParts } from '../support/stomp/parts.ts';
import { type PageSocket, StompClient } from '../support/stomp/stomp-client.ts';

const KIB = 1024;
const MIB = 1024 ** 2;

/** `--max-message` of the gateway under test. */
const BOUND = MIB;

/** What hostile clients send again and again, and how often at most: four times the bound. */
const CHUNK = 'x'.repeat(16 * KIB);
const CHUNKS = (4 * BOUND) / CHUNK.length;

function manyHeaders(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index}:\n`).join('');
}

type Write = (client: StompClient) => void | Promise<void>;

/** Writes `begin`, and then a chunk again and again until the connection is over. */
function never(begin: string, piece: string): Write {
  return async (client) => {
    let over = false;
    void client.closed.then(() => {
      over = true;
    });
    client.write(begin);
    for (let count = 0; count < CHUNKS && !over; count++) {
      client.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

const frames: Readonly<Record<string, Write>> = {
  'an unknown command': (client) => client.write('HELLO\n\n\0'),
  'a request of another protocol': (client) => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a header without a colon': (client) => client.write('SEND\ndestination\n\n\0'),
  'a NUL in the head': (client) => client.write('SEND\ndesti\0nation:/queue/a\n\n\0'),
  'a header that is not UTF-8': (client) =>
    client.write(Buffer.from('SEND\ndestination:/queue/\xff\n\n\0', 'latin1')),
  'a content-length that is none': (client) => client.write('SEND\ncontent-length:-1\n\n\0'),
  'a body longer than its content-length': (client) => client.write('SEND\ncontent-length:2\n\nabc\0'),
  'a content-length beyond the bound': (client) => client.write(`SEND\ncontent-length:${BOUND}\n\n`),
  'a body that is too large': (client) => {
    client.write(`SEND\n\n${'x'.repeat(BOUND / 2)}`);
    client.write(`${'x'.repeat(BOUND / 2)}\0`);
  },
  'too many headers': (client) => client.write(`SEND\n${manyHeaders(300)}`),
  'a body that never ends': never('SEND\ndestination:/queue/a\n\n', CHUNK),
  'a head that never ends': never('SEND\n', 'a:b\n'.repeat(4 * KIB)),
  'a line that never ends': never('SEND\ndestination:', CHUNK),
  'a command that never ends': never('', CHUNK),
};

const connected: Readonly<Record<string, Write>> = {
  ...frames,
  'a second CONNECT': (client) => client.send('CONNECT', { 'accept-version': '1.2' }),
  'an escape that there is not': (client) => client.write('SEND\ndestination:/queue/\\t\n\n\0'),
};

const unconnected: Readonly<Record<string, Write>> = {
  ...frames,
  'a SEND': (client) => client.send('SEND', { destination: '/queue/a' }, 'x'),
  'a CONNECT that never ends': never('CONNECT\naccept-version:1.2\n\n', CHUNK),
};

describe('hostile STOMP frames', function () {
  this.timeout(60_000);
  let listener: StompListener;
  let gateway: GatewayProgram;
  let stompPort: number;
  let realm: Realm;
  const pages: Realm[] = [];

  before(async () => {
    // Behind the relay: another broker than the gateway's own, so that the relay is what refuses.
    const broker = new Broker(defaultBrokerOptions, stompParts());
    listener = new StompListener(broker, stompParts());
    const port = await listener.listen({ host: '127.0.0.1', port: 0 });
    gateway = await startProgram([
      ...['--route', '/stomp=stomp:', '--route', `/relay=stomp://127.0.0.1:${port}`],
      ...['--stomp-port', '127.0.0.1:0', '--max-message', '1MiB', '--log-level', 'silent'],
    ]);
    stompPort = Number(/stomp port (\d+)/.exec(gateway.output())?.[1]);
    realm = openRealm({
      url: `http://127.0.0.1:${gateway.port}/page`,
      without: ['WebSocket', 'EventSource'],
    });
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': 'xhr-streaming' });
    pages.push(realm);
  });
  after(async () => {
    for (const page of pages) page.leave();
    await gateway?.close();
    listener?.close();
  });

  const native = (path: string) => () => StompClient.open(`ws://127.0.0.1:${gateway.port}${path}`);
  const fallback = (path: string) => () =>
    StompClient.overPage(new realm.window.WebSocket(`ws://127.0.0.1:${gateway.port}${path}`) as PageSocket);

  const accesses: Readonly<Record<string, () => Promise<StompClient>>> = {
    'the embedded broker over TCP': () => StompClient.open(stompPort),
    'the embedded broker over a WebSocket': native('/stomp'),
    'the embedded broker over a fallback': fallback('/stomp'),
    'the relay over a WebSocket': native('/relay'),
    'the relay over a fallback': fallback('/relay'),
  };

  for (const [access, open] of Object.entries(accesses)) {
    describe(`to ${access}`, () => {
      let bystander: StompClient;
      let count = 0;

      const connect = async (): Promise<StompClient> => {
        const client = await open();
        client.send('CONNECT', { 'accept-version': '1.2' });
        await client.next('CONNECTED');
        return client;
      };

      before(async () => {
        bystander = await connect();
        await bystander.ask('SUBSCRIBE', { id: 's', destination: '/topic/bystander' });
      });
      after(() => bystander.end());

      async function assertEnds(client: StompClient, write: Write): Promise<void> {
        await write(client);
        const error = await client.next('ERROR');
        assert.ok(error.headers.get('message'));
        // An orderly end on a WebSocket; TCP has no codes.
        assert.ok([0, 1002].includes(await client.closed));
        count += 1;
        await bystander.ask('SEND', { destination: '/topic/bystander' }, `still there ${count}`);
        assert.equal((await bystander.message()).text, `still there ${count}`);
      }

      if (!access.includes('TCP')) {
        it('closes with 1009 behind a message beyond its bound', async () => {
          const client = await connect();
          client.write(`SEND\ndestination:/queue/a\n\n${'x'.repeat(BOUND)}\0`);
          assert.equal(await client.closed, 1009);
          await bystander.ask('SEND', { destination: '/topic/elsewhere' });
        });
      }
      for (const [name, write] of Object.entries(connected)) {
        it(`ends one connection with ERROR: ${name}`, async () => assertEnds(await connect(), write));
      }
      for (const [name, write] of Object.entries(unconnected)) {
        it(`ends one connection with ERROR before it is connected: ${name}`, async () =>
          assertEnds(await open(), write));
      }
    });
  }

  it('cost no more memory than their bounds', async function () {
    if (process.platform !== 'linux') return this.skip();
    const before = residentOf(gateway);
    const attackers = 20;
    for (const open of [native('/stomp'), native('/relay')]) {
      const clients = await Promise.all(Array.from({ length: attackers }, open));
      for (const client of clients) {
        client.send('CONNECT', { 'accept-version': '1.2' });
        await client.next('CONNECTED');
      }
      // All of them stop just below the bound, so the gateway holds what they sent.
      for (const client of clients) client.write('SEND\ndestination:/queue/a\n\n');
      for (let sent = 0; sent < BOUND - 64 * KIB; sent += CHUNK.length) {
        for (const client of clients) client.write(CHUNK);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const other = await open();
      other.send('CONNECT', { 'accept-version': '1.2' });
      await other.next('CONNECTED');
      const grown = residentOf(gateway) - before;
      // A buffer doubles as it grows, and any work makes the heap grow a little.
      assert.ok(grown < 2 * attackers * BOUND + 48 * MIB, `${grown} bytes`);
      for (const client of [...clients, other]) client.end();
      await Promise.all(clients.map((client) => client.closed));
    }
    assert.equal(gateway.process.exitCode, null);
  });
});

/** Resident bytes of a process (proc(5)). */
function residentOf({ process: child }: GatewayProgram): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kib) * KIB;
}
