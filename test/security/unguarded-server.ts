import { createLog } from '../../gateway/base/log.ts';
import { startServer } from '../unit/http/test-server.ts';

/** A server that lets more clients in than this process has descriptors. Prints its port. */
const log = createLog({ level: 'info', format: 'json' });
const { port } = await startServer({
  onRequest: (exchange) => {
    exchange.reply(200, {}, 'ok');
    return true;
  },
  fast: true,
  log,
});
console.log(port);
