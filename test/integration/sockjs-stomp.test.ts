import assert from 'node:assert/strict';
import { NODE_TRANSPORTS, type SockJsSocket, sockJs } from '../support/clients/sockjs-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type RealBroker, startRabbitMq } from '../support/stomp/brokers.ts';
import { connectStompJsOver, type StompJsClient } from '../support/stomp/stomp-js.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

/** As tutorials have it: `var client = Stomp.over(new SockJS('/stomp'))`. */
async function connect(
  { port }: Started,
  transport: string,
  credentials: Readonly<Record<string, string>>,
): Promise<{ client: StompJsClient; socket: SockJsSocket }> {
  const socket = sockJs(`http://127.0.0.1:${port}/stomp`, transport);
  return { client: await connectStompJsOver(socket, credentials), socket };
}

const disconnected = (client: StompJsClient): Promise<void> =>
  new Promise((resolve) => client.disconnect(resolve));

/** What two clients do, each over a transport of its own. */
async function talk(gateway: Started, transports: readonly [string, string], login = {}): Promise<void> {
  const [reader, writer] = await Promise.all(
    transports.map((transport) => connect(gateway, transport, login)),
  );
  if (reader === undefined || writer === undefined) throw new Error('two clients were to connect');
  const bodies: string[] = [];
  const receipt = new Promise<void>((resolve) => {
    reader.client.onreceipt = () => resolve();
  });
  const all = new Promise<void>((resolve) => {
    const headers = { receipt: 'subscribed' };
    const receive = ({ body }: { body: string }): void => {
      bodies.push(body);
      if (bodies.length === 100) resolve();
    };
    reader.client.subscribe('/topic/news', receive, headers);
  });
  await receipt;
  const sent = Array.from({ length: 100 }, (_, at) => `${at} ünï😀\u2028 : \\n`);
  for (const body of sent) writer.client.send('/topic/news', { note: 'a:b' }, body);
  await all;
  assert.deepEqual(bodies, sent);
  await Promise.all([disconnected(reader.client), disconnected(writer.client)]);
}

describe('stompjs 2.3.3 over sockjs-client 1.6.1', () => {
  describe('to the embedded broker', () => {
    let gateway: Started;

    before(async () => {
      gateway = await startGateway({ routes: ['/stomp=stomp:'] });
    });

    after(() => gateway.close());

    for (const transport of NODE_TRANSPORTS) {
      it(`talks over ${transport}`, () => talk(gateway, [transport, 'websocket']));
    }
  });

  describe('to RabbitMQ', () => {
    let broker: RealBroker;
    let gateway: Started;

    before(async function () {
      this.timeout(120_000);
      requireOrSkip(this, 'rabbitmq-server');
      requireOrSkip(this, 'epmd');
      broker = await startRabbitMq();
      gateway = await startGateway({ routes: [`/stomp=stomp://127.0.0.1:${broker.port}`] });
    });

    after(async function () {
      this.timeout(60_000);
      await gateway?.close();
      await broker?.stop();
    });

    for (const transport of NODE_TRANSPORTS) {
      it(`talks over ${transport}`, () => {
        const { login, passcode } = broker;
        return talk(gateway, [transport, 'xhr-streaming'], { login, passcode });
      });
    }
  });
});
