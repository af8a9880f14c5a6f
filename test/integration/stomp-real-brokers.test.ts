import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type RealBroker, startActiveMq, startRabbitMq } from '../support/stomp/brokers.ts';
import { brokerDifferences, type Differences } from '../support/stomp/differences.ts';
import { brokerSuite } from '../support/stomp/suite.ts';

const rabbitMq: Differences = {
  nack: 'again',
  passesReceipt: true,
  receiptInTransaction: 'at commit',
  survivesError: true,
  rest: ['#'],
  countsText: true,
  takesIdTwice: false,
  selects: false,
  hasTemporary: true,
};

const activeMq: Differences = {
  nack: { aside: '/queue/ActiveMQ.DLQ' },
  passesReceipt: false,
  receiptInTransaction: 'at once',
  survivesError: true,
  rest: ['>'],
  countsText: false,
  takesIdTwice: true,
  selects: true,
  hasTemporary: true,
};

for (const [name, programs, start, differences] of [
  ['RabbitMQ', ['rabbitmq-server', 'epmd'], startRabbitMq, rabbitMq],
  ['ActiveMQ', ['activemq', 'java'], startActiveMq, activeMq],
] as const) {
  describe(name, () => {
    let broker: RealBroker;
    let gateway: Awaited<ReturnType<typeof startGateway>>;

    before(async function () {
      this.timeout(120_000);
      for (const program of programs) requireOrSkip(this, program);
      broker = await start();
      const { port, login, passcode } = broker;
      const backend = `stomp://127.0.0.1:${port}`;
      gateway = await startGateway({
        routes: [`/open=${backend}`, { path: '/fixed', backend, stomp: { login, passcode } }],
      });
    });

    after(async () => {
      await gateway?.close();
      await broker?.stop();
    });

    // What shows that the suite asks for nothing that only the embedded broker does.
    describe('over TCP', () => {
      const place = () => ({ at: broker.port, login: broker.login, passcode: broker.passcode });
      brokerSuite(place);
      brokerDifferences(place, differences);
    });

    describe('by the relay', () => {
      const place = () => ({ at: `ws://127.0.0.1:${gateway.port}/fixed` });
      brokerSuite(place);
      // The relay adds content-length for stompjs 2.3.
      brokerDifferences(place, { ...differences, countsText: true });
    });
  });
}
