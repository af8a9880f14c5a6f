import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../gateway/base/clock.ts';
import { createLog, type Log } from '../../../gateway/base/log.ts';
import type { BrokerSettings } from '../../../gateway/broker-process/settings.ts';
import { brokerSettings } from '../../../gateway/cli/broker-settings.ts';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { composeGateway } from '../../../gateway/gateway.ts';
import { BrokerChild } from '../../../gateway/supervisor/broker-child.ts';
import { BROKER, WORKER_VARIABLE } from '../../../gateway/supervisor/worker-port.ts';

const program = fileURLToPath(new URL('../../../gateway/main.ts', import.meta.url));

/** How the options are written, for remedies in the log. */
const writtenAs = () => 'flag' as const;

export interface WorkersWithBroker {
  readonly child: BrokerChild;
  /** Ports of the workers. */
  readonly ports: readonly number[];
  readonly stompPort: number | undefined;
  /** What the broker process and its supervisor logged. */
  readonly lines: readonly string[];
  /** What the process gets for other options. */
  settings(options: GatewayOptions): BrokerSettings;
  close(): Promise<void>;
}

/** Gateways of the sources, each in the place of one worker, and a real broker process for them. */
export async function startWorkersWithBroker(
  given: GatewayOptions,
  { workers = 2 } = {},
): Promise<WorkersWithBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-broker-'));
  const socketPath = join(folder, 'broker.sock');
  const resolved = (options: GatewayOptions) =>
    resolveOptions({
      listen: '127.0.0.1:0',
      demo: false,
      jsonp: true,
      logLevel: 'silent',
      grace: 0,
      ...options,
    });
  const settings = (options: GatewayOptions): BrokerSettings => {
    const made = brokerSettings(resolved(options), writtenAs, workers, socketPath);
    if (made === undefined) throw new Error('no broker');
    return made;
  };
  const lines: string[] = [];
  const log: Log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(line) });
  const child = new BrokerChild({
    clock: systemClock,
    log,
    fork: () => fork(program, [], { env: { ...process.env, [WORKER_VARIABLE]: BROKER } }),
  });
  const stompPort = await child.serve(settings(given));
  const options = resolved(given);
  const gateways = Array.from({ length: workers }, () =>
    composeGateway(options, {}, writtenAs, {
      processes: { workers, hasBroker: true },
      broker: { socketPath, connectTimeout: options.connectTimeout },
    }),
  );
  const addresses = await Promise.all(gateways.map((gateway) => gateway.listen()));
  return {
    ...{ child, stompPort, lines, settings },
    ports: addresses.map(({ port }) => port),
    async close() {
      child.drain();
      await Promise.all(gateways.map((gateway) => gateway.close(0)));
      await child.ended();
      rmSync(folder, { recursive: true });
    },
  };
}
