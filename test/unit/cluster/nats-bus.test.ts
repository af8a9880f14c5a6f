import { silentLog } from '../../../gateway/base/log.ts';
import { nobody } from '../../../gateway/cluster/link.ts';
import { createNatsLink } from '../../../gateway/cluster/nats-link.ts';

describe('a link over NATS', () => {
  it('that is closed while it starts has started then', async () => {
    const cluster = { servers: [{ host: '127.0.0.1', port: 1 }], name: 'test' };
    const link = createNatsLink({ self: 'a', cluster, log: silentLog });
    const started = link.start(nobody);
    await link.close();
    await started;
  });
});
