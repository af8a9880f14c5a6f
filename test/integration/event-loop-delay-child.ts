/*
 * A gateway in a process of its own that measures how late its event loop is. Run by
 * event-loop-delay.test.ts. It sends its port, and answers every message with the delays since the
 * one before, in milliseconds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createGateway } from '../../gateway/index.ts';

export interface Delays {
  readonly p99: number;
  readonly max: number;
}

const gateway = createGateway({
  listen: '127.0.0.1:0',
  demo: false,
  jsonp: true,
  logLevel: 'silent',
  memory: '1GiB',
  memoryPerAddress: '1GiB',
  routes: ['/echo=echo:', '/stomp=stomp:'],
});
gateway.route('/sink', (socket) => void socket.on('message', () => {}));
const { port } = await gateway.listen();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => {
  const delays: Delays = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  delay.reset();
  process.send?.(delays);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
