import { type RealBroker, startActiveMq, startRabbitMq } from '../support/brokers.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { brokerSuite } from '../support/stomp-suite.ts';

/** What shows that the suite asks for nothing that only the embedded broker does. */
for (const [name, programs, start] of [
  ['RabbitMQ', ['rabbitmq-server', 'epmd'], startRabbitMq],
  ['ActiveMQ', ['activemq', 'java'], startActiveMq],
] as const) {
  describe(`${name} over TCP`, () => {
    let broker: RealBroker;

    before(async function () {
      this.timeout(120_000);
      for (const program of programs) requireOrSkip(this, program);
      broker = await start();
    });

    after(() => broker?.stop());

    brokerSuite(() => broker);
  });
}
