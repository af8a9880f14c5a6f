import { systemClock } from '../base/clock.ts';
import { isDebugged } from '../base/debugged.ts';
import { createLog } from '../base/log.ts';
import { ownPackage } from '../base/package.ts';
import { asSystemError } from '../base/system-error.ts';
import { Snapshots } from '../status/snapshot.ts';
import { Brokers } from './brokers.ts';
import { type FromBroker, type ToBroker, VERSION } from './messages.ts';
import type { BrokerSettings } from './settings.ts';

/** A terminal and systemd send them to every process, while workers still need this one. */
const IGNORED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Makes this process the one that has the embedded brokers of all workers. Its supervisor starts
 * it, and alone decides when it ends.
 */
export function runBrokerProcess(): void {
  for (const signal of IGNORED) process.on(signal, () => {});
  let brokers: Brokers | undefined;
  const snapshots = new Snapshots(ownPackage().version, systemClock, () => brokers?.facts ?? {});
  const drain = async (): Promise<void> => {
    await brokers?.drain();
    process.exit(0);
  };
  // The supervisor has ended, and its workers drain.
  process.on('disconnect', drain);
  process.on('message', (message: ToBroker) => {
    if (message.version !== VERSION) return;
    if (message.kind === 'drain') {
      void drain();
      return;
    }
    if (message.kind === 'ping') {
      answer({ version: VERSION, kind: 'pong' });
      return;
    }
    if (message.kind === 'count') {
      const { id } = message;
      void snapshots.take().then((status) => answer({ version: VERSION, kind: 'counts', id, status }));
      return;
    }
    const { settings } = message;
    brokers ??= new Brokers(settings, systemClock, createLog(settings.log).with({ process: 'broker' }));
    void serve(brokers, settings);
  });
}

async function serve(brokers: Brokers, settings: BrokerSettings): Promise<void> {
  try {
    const stompPort = await brokers.serve(settings);
    answer({ version: VERSION, kind: 'serving', stompPort, answersPings: !isDebugged() });
  } catch (error) {
    answer({ version: VERSION, kind: 'failed', error: asSystemError(error) });
  }
}

function answer(message: FromBroker): void {
  if (process.connected) process.send?.(message);
}
