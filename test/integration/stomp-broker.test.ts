import { systemClock } from '../../gateway/base/clock.ts';
import { silentLog } from '../../gateway/base/log.ts';
import { Broker } from '../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../gateway/stomp/broker/options.ts';
import { brokerSuite } from '../support/stomp-suite.ts';

describe('the embedded STOMP broker over TCP', () => {
  let listener: StompListener;
  let port: number;

  before(async () => {
    const options = { ...defaultBrokerOptions, heartBeat: 100 };
    listener = new StompListener(new Broker(options, { clock: systemClock, log: silentLog }), systemClock);
    port = await listener.listen({ host: '127.0.0.1', port: 0 });
  });

  after(() => listener.close());

  brokerSuite(() => ({ port }));
});
