import assert from 'node:assert/strict';
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { echo, openNative } from '../support/clients/native-echo.ts';
import { PollingSocket } from '../support/clients/polling-socket.ts';
import { freePort } from '../support/machine/free-ports.ts';
import { program, Run, useRuns } from '../support/machine/program-run.ts';
import { selfSigned } from '../support/machine/self-signed.ts';
import { logged, untilWorkers, workersOf } from '../support/machine/supervisor-run.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a reload', function () {
  this.timeout(40_000);
  const { keep } = useRuns();
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reload-'));
    config = join(folder, 'gateway.yaml');
    write({ listen: 0, routes: ['/echo=echo:'] });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (options: object): void => writeFileSync(config, JSON.stringify(options));
  /** Supervisors of other tests are none of this user's, as their folder is another. */
  const run = (args: readonly string[], main = program): Run => {
    const options: SpawnOptions = {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    };
    return keep(new Run([], spawn(process.execPath, [main, ...args], options)));
  };
  const start = (...args: string[]): Run => startWorkers(1, ...args);
  const startWorkers = (workers: number, ...args: string[]): Run =>
    run(['--workers', String(workers), '--config', config, ...args]);
  const reload = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    run(['reload', ...args]).ended();

  it('closes no native connection, and serves new ones by the new generation, on the same port', async () => {
    const gateway = startWorkers(2);
    const port = await gateway.port();
    const sockets = [await openNative(port), await openNative(port)];
    assert.deepEqual(await reload(), {
      code: 0,
      stdout: `reloaded: generation 2 of release ${version()} serves\n`,
      stderr: '',
    });
    for (const socket of sockets) await echo(socket, 'goes on');
    const next = await openNative(port);
    await echo(next, 'new');
    assert.equal(workersOf(gateway).length, 4);
    for (const socket of sockets) socket.close();
    await until('the end of the first generation', () => logged(gateway, 'generation ended').length === 1);
    await echo(next, 'still here');
    assert.deepEqual(
      logged(gateway, 'connection opened').map(({ generation }) => generation),
      [1, 1, 2],
    );
    assert.equal(gateway.stderr.includes('error'), false);
  });

  it('is not noticed by fallback sessions: each message comes once and in its place', async () => {
    // These clients do not acknowledge the end of their sessions.
    const gateway = startWorkers(2, '--resume-window', '5s');
    const client = new FallbackClient(await gateway.port());
    const sockets = await Promise.all(Array.from({ length: 6 }, () => PollingSocket.open(client, '/echo')));
    const received = sockets.map((socket) => {
      const texts: string[] = [];
      socket.on('message', (text) => texts.push(text));
      socket.on('close', (status) => texts.push(`closed with ${status}`));
      return texts;
    });
    const sent: string[] = [];
    let isOver = false;
    const talk = (async () => {
      while (!isOver) {
        sent.push(`message ${sent.length}`);
        await Promise.all(sockets.map((socket) => socket.send(sent.at(-1) as string)));
        // Without a pause it would send as many as the processor can, which new workers need, too.
        await pause(5);
      }
    })();
    for (let reloads = 0; reloads < 2; reloads++) assert.equal((await reload()).stderr, '');
    isOver = true;
    await talk;
    await until('all echoes', () => received.every(({ length }) => length >= sent.length));
    for (const texts of received) assert.deepEqual(texts, sent);
    const closes = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) await socket.close();
    await Promise.all(closes);
    client.close();
    await until('the end of both generations', () => logged(gateway, 'generation ended').length === 2);
  });

  it('leaves the connections that wait for a request, and ends each behind its next answer', async () => {
    const gateway = start();
    const port = await gateway.port();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const [response] = (await once(get({ port, path: '/healthz', agent }), 'response')) as [
        IncomingMessage,
      ];
      const { localPort } = response.socket;
      response.resume();
      await once(response, 'end');
      return { localPort, status: response.statusCode, connection: response.headers.connection };
    };
    const { localPort } = await ask();
    assert.equal((await reload()).code, 0);
    assert.deepEqual(await ask(), { localPort, status: 200, connection: 'close' });
    assert.notEqual((await ask()).localPort, localPort);
    agent.destroy();
  });

  it('with a configuration that is wrong says so in a line, and changes nothing', async () => {
    const gateway = start();
    const port = await gateway.port();
    const [worker] = await untilWorkers(gateway, 1);
    write({ listen: 0, routes: ['/other=echo:'], heartbeet: '1s' });
    const line = `${config}:1: heartbeet is not an option; did you mean heartbeat?`;
    assert.deepEqual(await reload(), { code: 1, stdout: '', stderr: `fallback-gateway: ${line}\n` });
    gateway.child.kill('SIGHUP');
    await until('two refusals', () => logged(gateway, 'reload refused, nothing was changed').length === 2);
    assert.equal(logged(gateway, 'reload refused, nothing was changed')[1]?.reason, line);
    assert.deepEqual(workersOf(gateway), [worker]);
    await echo(await openNative(port), 'as before');
  });

  it('takes over routes, the address and the number of workers', async () => {
    const gateway = start();
    const port = await gateway.port();
    const old = await openNative(port);
    const free = await freePort();
    write({ listen: free, routes: ['/new=echo:'] });
    assert.equal((await reload()).code, 0);
    await echo(await openNative(free, '/new'), 'at the new address');
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    await echo(old, 'at the old address');
  });

  it('is refused where the new address is taken', async () => {
    const gateway = start();
    const port = await gateway.port();
    const other = start();
    const taken = await other.port();
    write({ listen: taken, routes: ['/echo=echo:'] });
    const pidFile = join(folder, 'pid');
    writeFileSync(pidFile, `${gateway.child.pid}\n`);
    const { code, stderr } = await reload('--pid-file', pidFile);
    assert.equal(code, 1);
    assert.match(stderr, /^fallback-gateway: cannot listen on 127\.0\.0\.1:\d+: the address is in use .*\n$/);
    await echo(await openNative(port), 'as before');
  });

  it('takes over a certificate', async function () {
    const files = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const;
    const install = (): void => {
      const made = selfSigned();
      if (made === undefined) this.skip();
      copyFileSync(made.cert, files[0]);
      copyFileSync(made.key, files[1]);
      made.remove();
    };
    install();
    const gateway = start('--tls-cert', files[0], '--tls-key', files[1]);
    const port = await gateway.port();
    const served = async (): Promise<string> => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint;
    };
    const before = await served();
    install();
    assert.equal((await reload()).code, 0);
    assert.notEqual(await served(), before);
  });

  it('drains the oldest generation at the bound, with a line', async () => {
    const gateway = start('--max-generations', '2');
    const port = await gateway.port();
    const oldest = await openNative(port);
    const closed = once(oldest, 'close');
    await reload();
    const second = await openNative(port);
    await reload();
    assert.equal((await closed)[0], 1001);
    await echo(second, 'still here');
    assert.deepEqual(
      logged(gateway, 'too many generations: closing what the oldest has with 1001').map(
        ({ generation, maxGenerations }) => [generation, maxGenerations],
      ),
      [[1, 2]],
    );
  });

  it('drains a replaced generation after --linger, with a line', async () => {
    const gateway = start('--linger', '1ms');
    const socket = await openNative(await gateway.port());
    const closed = once(socket, 'close');
    await reload();
    assert.equal((await closed)[0], 1001);
    const message = 'a replaced generation has reached --linger: closing what is left with 1001';
    assert.equal(logged(gateway, message).length, 1);
  });

  it('comes behind one that runs, and a drain ends both', async () => {
    const gateway = start();
    await gateway.port();
    const [first, second, third] = [reload(), reload(), reload()];
    const outcomes = await Promise.all([first, second, third]);
    assert.deepEqual(new Set(outcomes.map(({ code }) => code)), new Set([0]));
    gateway.child.kill('SIGHUP');
    const last = reload();
    gateway.child.kill('SIGTERM');
    assert.equal((await gateway.ended()).code, 0);
    assert.equal((await last).code, 1);
    assert.deepEqual(workersOf(gateway), []);
  });

  it('starts the release that is installed now', async () => {
    const install = (release: string): string => {
      const at = join(folder, release);
      mkdirSync(join(at, 'dist'), { recursive: true });
      cpSync(join(dirname(dirname(program)), 'gateway'), join(at, 'dist', 'gateway'), { recursive: true });
      const description = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
      writeFileSync(join(at, 'package.json'), JSON.stringify({ ...description, version: release }));
      symlinkSync(join(root, 'node_modules'), join(at, 'node_modules'));
      return at;
    };
    const current = join(folder, 'current');
    symlinkSync(install('1.0.0'), current);
    const gateway = run(['--workers', '1', '--config', config], join(current, 'dist/gateway/main.js'));
    const socket = await openNative(await gateway.port());
    symlinkSync(install('1.1.0'), join(folder, 'next'));
    renameSync(join(folder, 'next'), current);
    assert.equal((await reload()).stdout, 'reloaded: generation 2 of release 1.1.0 serves\n');
    await echo(socket, 'of the release before');
  });

  describe('by the command', () => {
    const refused = async (expected: RegExp, ...args: string[]): Promise<void> => {
      const { code, stdout, stderr } = await reload(...args);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, expected);
      assert.equal(stderr.indexOf('\n'), stderr.length - 1, 'one line');
    };

    it('needs a gateway with workers', () => refused(/no gateway with --workers runs for this user/));

    it('names the processes if several run', async () => {
      const runs = [start(), start()];
      for (const one of runs) await one.port();
      const pids = runs.map(({ child }) => child.pid as number).sort((a, b) => a - b);
      await refused(
        new RegExp(`several gateways run, processes ${pids.join(', ')}: say which with --pid-file`),
      );
    });

    it('says what is wrong with a pid file', async () => {
      const file = join(folder, 'pid');
      await refused(/there is no such file: no gateway runs with it/, '--pid-file', file);
      writeFileSync(file, 'x');
      await refused(/it has no process id/, '--pid-file', file);
      const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      await once(ended, 'exit');
      writeFileSync(file, `${ended.pid}\n`);
      await refused(/no process \d+ runs, so the file is stale/, `--pid-file=${file}`);
      writeFileSync(file, `${process.pid}\n`);
      await refused(/process \d+ is no gateway with --workers/, '--pid-file', file);
      await refused(/reload takes nothing but --pid-file FILE/, '--listen', '1');
    });

    it('finds the gateway by its pid file', async () => {
      const file = join(folder, 'pid');
      const gateway = start('--pid-file', file);
      await gateway.port();
      await start().port();
      assert.equal((await reload('--pid-file', file)).code, 0);
      assert.equal(logged(gateway, 'reloaded').length, 1);
    });
  });
});

function version(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
