/*
 * A gateway that says how much of its heap is in use, behind a collection. Run by
 * idle-memory.test.ts.
 */
import { createGateway } from '../../gateway/index.ts';

const gateway = createGateway({
  listen: '127.0.0.1:0',
  routes: ['/echo=echo:'],
  maxSessionsPerAddress: 10_000,
  logLevel: 'silent',
});
const { port } = await gateway.listen();

process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed);
});
process.send?.(port);
