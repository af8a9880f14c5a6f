import { type RealBroker, startActiveMq, startRabbitMq } from '../support/brokers.ts';
import { startGateway } from '../support/gateway.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { brokerSuite } from '../support/stomp-suite.ts';

for (const [name, programs, start] of [
  ['RabbitMQ', ['rabbitmq-server', 'epmd'], startRabbitMq],
  ['ActiveMQ', ['activemq', 'java'], startActiveMq],
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
      brokerSuite(() => ({ at: broker.port, login: broker.login, passcode: broker.passcode }));
    });

    describe('by the relay', () => {
      brokerSuite(() => ({ at: `ws://127.0.0.1:${gateway.port}/fixed` }));
    });
  });
}
