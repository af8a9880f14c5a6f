import { silentLog } from '../../../gateway/base/log.ts';
import type { LinkListener } from '../../../gateway/cluster/link.ts';
import { createNatsLink } from '../../../gateway/cluster/nats-link.ts';

/** A node in a process of its own, over NATS: `link-child.ts PORT NAME`. It sends frames back. */
const [port, self] = process.argv.slice(2) as [string, string];
const servers = [{ host: '127.0.0.1', port: Number(port) }];
const link = createNatsLink({ self, cluster: { servers, name: 'test' }, log: silentLog });
const listener: LinkListener = {
  nodeUp: ({ name }) => console.log(`up ${name}`),
  nodeLost: (name) => console.log(`lost ${name}`),
  nodeGone: (name) => console.log(`gone ${name}`),
  received: (from, frame) => void link.send(from, frame),
  drained: () => {},
  connectionChanged: (isConnected) => console.log(isConnected ? 'connected' : 'cut off'),
};
await link.start(listener);
// Timers of the link let a process end that has nothing else.
setInterval(() => {}, 60_000);
