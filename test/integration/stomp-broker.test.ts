import assert from 'node:assert/strict';
import { silentLog } from '../../gateway/base/log.ts';
import { Message } from '../../gateway/protocol/message.ts';
import { Broker, brokerBackend } from '../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../gateway/stomp/broker/options.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { handshake, Recorder } from '../support/servers/upstreams.ts';
import { brokerDifferences } from '../support/stomp/differences.ts';
import { stompParts } from '../support/stomp/parts.ts';
import { StompClient } from '../support/stomp/stomp-client.ts';
import { brokerSuite } from '../support/stomp/suite.ts';

const connectMessage = Message.text('CONNECT\naccept-version:1.2\nheart-beat:5000,5000\n\n\0');
const parts = stompParts();

describe('the embedded STOMP broker over TCP', () => {
  let listener: StompListener;
  let port: number;

  before(async () => {
    listener = new StompListener(new Broker({ ...defaultBrokerOptions, heartBeat: 100 }, parts), parts);
    port = await listener.listen({ host: '127.0.0.1', port: 0 });
  });

  after(() => listener.close());

  brokerSuite(() => ({ at: port }));
  brokerDifferences(() => ({ at: port }), {
    nack: 'again',
    passesReceipt: false,
    receiptInTransaction: 'at once',
    survivesError: false,
    rest: ['#', '>'],
    countsText: true,
    takesIdTwice: false,
    selects: false,
    hasTemporary: false,
  });
});

describe('the embedded STOMP broker over a native WebSocket', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let address: string;

  before(async () => {
    gateway = await startGateway({ routes: ['/stomp=stomp:'] });
    address = `ws://127.0.0.1:${gateway.port}/stomp`;
  });

  after(() => gateway.close());

  brokerSuite(() => ({ at: address }));

  it('closes with 1002 behind an ERROR, and with 1000 behind DISCONNECT', async () => {
    const wrong = await StompClient.open(address);
    wrong.write('HELLO\n');
    await wrong.next('ERROR');
    assert.equal(await wrong.closed, 1002);
    const right = await StompClient.open(address);
    right.send('CONNECT');
    await right.next('CONNECTED');
    await right.ask('DISCONNECT');
    assert.equal(await right.closed, 1000);
  });
});

describe('the embedded STOMP broker of a gateway', () => {
  it('is one for all routes and for its TCP port, and not that of the demo', async () => {
    const gateway = await startGateway({
      routes: ['/a=stomp:', '/b=stomp:'],
      stompPort: '127.0.0.1:0',
      demo: true,
      logLevel: 'warn',
    });
    const at = (path: string): string => `ws://127.0.0.1:${gateway.port}${path}`;
    const clients = await Promise.all(
      [at('/a'), at('/b'), at('/demo/stomp'), gateway.stompPort ?? 0].map((to) => StompClient.open(to)),
    );
    for (const client of clients) {
      client.send('CONNECT', { 'accept-version': '1.2' });
      await client.next('CONNECTED');
      await client.ask('SUBSCRIBE', { id: 's', destination: '/topic/all' });
    }
    const [a, b, demo, tcp] = clients as [StompClient, StompClient, StompClient, StompClient];
    await tcp.ask('SEND', { destination: '/topic/all' }, 'from a program');
    for (const client of [a, b, tcp]) assert.equal((await client.message()).text, 'from a program');
    await demo.ask('SEND', { destination: '/topic/all' }, 'from the demo');
    assert.equal((await demo.message()).text, 'from the demo');
    await gateway.close();
    await Promise.all(clients.map((client) => client.closed));
  });

  it('has heart-beats for a native client and none for a session', async () => {
    const backend = brokerBackend(new Broker(defaultBrokerOptions, parts), silentLog);
    const offered: (string | undefined)[] = [];
    for (const carrier of ['native', 'fallback'] as const) {
      const { channel } = await backend.connect(handshake({ carrier }), new AbortController().signal);
      const recorder = new Recorder();
      channel.attach(recorder);
      channel.send(connectMessage);
      await new Promise((resolve) => setImmediate(resolve));
      offered.push(/heart-beat:(\S+)/.exec(String(recorder.received[0]))?.[1]);
      channel.close({ code: 1000, reason: '' });
    }
    assert.deepEqual(offered, ['1000,1000', '0,0']);
  });
});
