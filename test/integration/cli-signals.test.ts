import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { WebSocket } from 'ws';
import { program, Run, useRuns } from '../support/machine/program-run.ts';
import { until } from '../support/until.ts';

describe('the program', () => {
  const { start, keep } = useRuns();

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`drains on ${signal}: closes live connections with 1001 and ends with 0`, async () => {
      const run = start('--listen', '0');
      const socket = new WebSocket(`ws://127.0.0.1:${await run.port()}/echo`);
      await once(socket, 'open');
      const closed = once(socket, 'close');
      run.child.kill(signal);
      assert.equal((await closed)[0], 1001);
      assert.equal((await run.ended()).code, 0);
    });
  }

  it('drains on Ctrl-C below npm, which sends the signal twice', async () => {
    const run = start('--listen', '0');
    const socket = new WebSocket(`ws://127.0.0.1:${await run.port()}/echo`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    assert.equal((await closed)[0], 1001);
    assert.equal((await run.ended()).code, 0);
  });

  it('drains when the shell or npm that started it has ended', async () => {
    const command = `"${process.execPath}" "${program}" --listen 0 --grace 0 & wait`;
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    const shell = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const run = keep(new Run([], shell));
    const port = await run.port();
    const pid = Number(/process (\d+):/.exec(run.stdout)?.[1]);
    shell.kill('SIGKILL');
    await until('the end of the gateway', () => !existsSync(`/proc/${pid}`));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  });

  it('ends at once with 1 on a second signal', async () => {
    const run = start('--listen', '0', '--grace', '1m');
    const socket = new WebSocket(`ws://127.0.0.1:${await run.port()}/echo`);
    socket.on('error', () => {});
    await once(socket, 'open');
    // A client that does not read does not answer the Close either.
    socket.pause();
    run.child.kill('SIGINT');
    const closing = setInterval(() => run.child.kill('SIGINT'), 50);
    const { code } = await run.ended();
    clearInterval(closing);
    socket.terminate();
    assert.equal(code, 1);
  });
});
