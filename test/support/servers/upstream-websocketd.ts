import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort } from '../machine/free-ports.ts';
import { until } from '../until.ts';

/** Starts `websocketd`, which runs `command` for each client and passes lines. */
export async function websocketd(command: string): Promise<{ port: number; stop(): void }> {
  const port = await freePort();
  const daemon = spawn('websocketd', ['--address=127.0.0.1', `--port=${port}`, command], { stdio: 'ignore' });
  let listens = false;
  await until('websocketd listens', () => {
    const probe = connect(port, '127.0.0.1', () => {
      listens = true;
      probe.destroy();
    });
    probe.on('error', () => {});
    return listens;
  });
  return { port, stop: () => void daemon.kill() };
}
