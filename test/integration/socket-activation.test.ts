import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { freePort } from '../support/machine/free-ports.ts';
import { program, Run, useRuns } from '../support/machine/program-run.ts';
import { logged, untilWorkers } from '../support/machine/supervisor-run.ts';
import { until } from '../support/until.ts';

const ACTIVATE = 'systemd-socket-activate';

describe('a socket that systemd listens on', function () {
  this.timeout(40_000);
  const { keep } = useRuns();
  before(function () {
    if (spawnSync(ACTIVATE, ['--version']).error !== undefined) this.skip();
  });

  /** The program starts with the first connection, in the place of the process that waited. */
  const activate = (ports: readonly number[], ...args: string[]): Run => {
    const sockets = ports.flatMap((port) => ['--listen', `127.0.0.1:${port}`]);
    const command = [process.execPath, program, '--route', '/echo=echo:', ...args];
    return keep(
      new Run([], spawn(ACTIVATE, [...sockets, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })),
    );
  };
  const status = async (port: number): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/healthz`)).status;
  const untilListening = (run: Run): Promise<void> =>
    until('the socket', () => /Listening on/.test(run.stderr));

  for (const [what, args] of [
    ['one process', []],
    ['two workers', ['--workers', '2']],
  ] as const)
    it(`is served by ${what}, also the connection that started it`, async () => {
      const port = await freePort();
      const run = activate([port], ...args);
      await untilListening(run);
      assert.equal(await status(port), 200);
      const address = new RegExp(`^open http://127\\.0\\.0\\.1:${port}/`, 'm');
      await until('the start lines', () => address.test(run.stdout));
      run.child.kill('SIGTERM');
      assert.equal((await run.ended()).code, 0);
    });

  it('outlives a worker and a reload', async () => {
    const port = await freePort();
    const run = activate([port], '--workers', '1');
    await untilListening(run);
    assert.equal(await status(port), 200);
    const [only] = await untilWorkers(run, 1);
    process.kill(only as number, 'SIGKILL');
    await until('the line', () => logged(run, 'worker ended: starting another').length === 1);
    assert.equal(await status(port), 200);
    run.child.kill('SIGHUP');
    await until('the reload', () => logged(run, 'reloaded').length === 1);
    assert.equal(await status(port), 200);
  });

  it('is one: several are refused with a line', async () => {
    const ports = [await freePort(), await freePort()] as const;
    const run = activate(ports);
    await untilListening(run);
    await fetch(`http://127.0.0.1:${ports[0]}/healthz`).catch(() => {});
    const { code, stderr } = await run.ended();
    assert.equal(code, 2);
    assert.match(stderr, /^fallback-gateway: LISTEN_FDS is 2: the gateway takes one socket, .*$/m);
  });

  it('is left alone when it is for another process', async () => {
    const run = keep(
      new Run(
        [],
        spawn(process.execPath, [program, '--listen', '0'], {
          env: { ...process.env, LISTEN_FDS: '1', LISTEN_PID: '1' },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      ),
    );
    assert.equal(await status(await run.port()), 200);
  });
});
