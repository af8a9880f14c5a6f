import { silentLog } from '../../gateway/base/log.ts';
import { BusLink } from '../../gateway/cluster/bus-link.ts';
import { NatsBus } from '../../gateway/cluster/nats-bus.ts';
import { linkSuite } from '../support/cluster/link-suite.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';

describe('the link over NATS', () => {
  let nats: NatsServer;

  before(async function () {
    requireOrSkip(this, 'nats-server');
    nats = await startNats();
  });

  after(() => nats?.remove());

  function make(self: string): BusLink {
    const servers = [{ host: '127.0.0.1', port: nats.port }];
    const bus = new NatsBus(self, { servers, name: 'test' }, silentLog);
    return new BusLink({ self, bus, log: silentLog });
  }

  linkSuite({ link: async (name) => make(name), end: async () => {} });
});
