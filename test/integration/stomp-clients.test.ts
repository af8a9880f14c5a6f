import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { GatewayOptions } from '../../gateway/index.ts';
import { executable } from '../engines/programs.ts';
import { type RealBroker, startActiveMq, startRabbitMq } from '../support/brokers.ts';
import { startGateway } from '../support/gateway.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { connectStompJs, type StompJsClient, type StompJsMessage } from '../support/stomp-js.ts';

interface Place {
  readonly url: string;
  readonly login?: string;
  readonly passcode?: string;
}

/** Debian's own, which has the packages of apt, before any other. */
const python = executable('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** What a page with stompjs 2.3.3 does, over a native WebSocket. */
function stompJsSuite(place: () => Place): void {
  let clients: StompJsClient[] = [];
  let count = 0;

  const connect = async (watch?: (text: string) => void): Promise<StompJsClient> => {
    const { url, login = 'guest', passcode = 'guest' } = place();
    const client = await connectStompJs(url, { login, passcode }, watch);
    clients.push(client);
    return client;
  };

  /** Sends a text to a queue and back. */
  const roundTrip = (client: StompJsClient, text: string): Promise<StompJsMessage> => {
    const destination = `/queue/js-${process.pid}-${++count}`;
    return new Promise((resolve) => {
      client.subscribe(destination, resolve);
      client.send(destination, {}, text);
    });
  };

  afterEach(async () => {
    await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.disconnect(resolve))));
    clients = [];
  });

  it('brings a message there and back', async () => {
    assert.equal((await roundTrip(await connect(), 'grüße')).body, 'grüße');
  });

  for (const size of [40_000, 400_000]) {
    it(`brings ${size} characters of UTF-8 there and back, and each frame in a message of its own`, async () => {
      const messages: string[] = [];
      const client = await connect((text) => messages.push(text));
      const text = 'grüße € '.repeat(size / 8);
      const { body } = await roundTrip(client, text);
      assert.equal(body === text, true, `${body.length} of ${text.length}`);
      const cut = messages.filter((message) => !/\0\n?$|^\n$/.test(message));
      assert.deepEqual(
        cut.map(({ length }) => length),
        [],
      );
    });

    it(`brings ${size} characters with emoji there and back, uncut by the client`, async () => {
      const client = await connect();
      // At 16 KiB stompjs cuts through a pair, and a native WebSocket makes U+FFFD of each half.
      client.maxWebSocketFrameSize = 1024 ** 2;
      const text = 'grüße 😀'.repeat(size / 8);
      const { body } = await roundTrip(client, text);
      assert.equal(body === text, true, `${body.length} of ${text.length}`);
    });
  }

  it('acknowledges, and sends in a transaction', async () => {
    const client = await connect();
    const destination = `/queue/js-${process.pid}-${++count}`;
    const bodies: string[] = [];
    const done = new Promise<void>((resolve) => {
      client.subscribe(
        destination,
        (message) => {
          bodies.push(message.body);
          message.ack();
          if (bodies.length === 2) resolve();
        },
        { ack: 'client-individual' },
      );
    });
    const transaction = client.begin(`t${count}`);
    client.send(destination, { transaction: transaction.id }, 'in it');
    client.send(destination, {}, 'beside it');
    transaction.commit();
    await done;
    assert.deepEqual(bodies, ['beside it', 'in it']);
  });

  it('gets the receipt that it asked for', async () => {
    const client = await connect();
    const receipt = new Promise<StompJsMessage>((resolve) => {
      client.onreceipt = resolve;
    });
    client.send(`/queue/js-${process.pid}-${++count}`, { receipt: '77' }, 'x');
    assert.equal((await receipt).headers['receipt-id'], '77');
  });
}

describe('stompjs 2.3.3', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;

  const start = async (options: GatewayOptions): Promise<void> => {
    gateway = await startGateway(options);
  };
  const url = (): string => `ws://127.0.0.1:${gateway?.port}/stomp`;

  describe('with the embedded broker', () => {
    before(() => start({ routes: ['/stomp=stomp:'] }));
    after(() => gateway?.close());
    stompJsSuite(() => ({ url: url() }));
  });

  describe('with RabbitMQ', () => {
    let broker: RealBroker | undefined;

    before(async function () {
      this.timeout(120_000);
      for (const program of ['rabbitmq-server', 'epmd']) requireOrSkip(this, program);
      broker = await startRabbitMq();
    });
    after(() => broker?.stop());

    describe('by the relay', () => {
      before(() => start({ routes: [`/stomp=stomp://127.0.0.1:${broker?.port}`] }));
      after(() => gateway?.close());
      stompJsSuite(() => ({ url: url() }));
    });

    for (const [name, stomp] of [
      ['as it is', {}],
      ['in whole frames', { stomp: {} }],
    ] as const) {
      describe(`by its own WebSocket port, ${name}`, () => {
        before(() => {
          const backend = `ws://127.0.0.1:${broker?.webPort}/ws`;
          return start({ routes: [{ path: '/stomp', backend, ...stomp }] });
        });
        after(() => gateway?.close());
        stompJsSuite(() => ({ url: url() }));
      });
    }
  });

  describe('with ActiveMQ by the relay', () => {
    let broker: RealBroker | undefined;

    before(async function () {
      this.timeout(120_000);
      for (const program of ['activemq', 'java']) requireOrSkip(this, program);
      broker = await startActiveMq();
      await start({ routes: [`/stomp=stomp://127.0.0.1:${broker.port}`] });
    });
    after(async () => {
      await gateway?.close();
      await broker?.stop();
    });
    stompJsSuite(() => ({ url: url() }));
  });
});

describe('a Python program on the TCP port of the embedded broker', () => {
  it('hears what a page sends, and is heard', async function () {
    requireOrSkip(this, 'python3');
    const gateway = await startGateway({ routes: ['/stomp=stomp:'], stompPort: '127.0.0.1:0' });
    const page = await connectStompJs(`ws://127.0.0.1:${gateway.port}/stomp`, {});
    try {
      const program = spawn(python, ['-c', PYTHON, String(gateway.stompPort)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      program.stdout.on('data', (octets) => {
        said += octets;
      });
      program.stderr.on('data', (octets) => {
        said += octets;
      });
      const heard = new Promise<string>((resolve) => {
        page.subscribe('/topic/to-pages', ({ body }) => {
          page.send('/queue/to-programs', {}, 'größe 😀');
          resolve(body);
        });
      });
      const [code] = (await once(program, 'exit')) as [number];
      if (said.includes('No module named')) {
        if (process.env.CI === 'true') throw new Error('not installed: python3-stomp');
        console.log('skipped, as it is not installed: python3-stomp');
        this.skip();
      }
      assert.equal(await heard, 'from Python');
      assert.equal(said, 'größe 😀\n');
      assert.equal(code, 0);
    } finally {
      await gateway.close();
    }
  });
});

/** python3-stomp of Debian: github.com/jasonrbriggs/stomp.py */
const PYTHON = `
import sys, stomp, threading
done = threading.Event()
class Listener(stomp.ConnectionListener):
    def on_message(self, frame):
        print(frame.body)
        done.set()
connection = stomp.Connection12([('127.0.0.1', int(sys.argv[1]))], heartbeats=(2000, 2000))
connection.set_listener('', Listener())
connection.connect(wait=True)
connection.subscribe('/queue/to-programs', id='1')
connection.send('/topic/to-pages', 'from Python')
arrived = done.wait(10)
connection.disconnect()
sys.exit(0 if arrived else 1)
`;
