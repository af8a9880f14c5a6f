import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createBody } from '../support/clients/fallback-client.ts';
import { program, Run, useRuns } from '../support/machine/program-run.ts';
import { selfSigned } from '../support/machine/self-signed.ts';
import { until } from '../support/until.ts';

/** Opens `count` sessions, each of which is lines in the log, and reads the answers. */
async function openSessions(port: number, count: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const status = 'HTTP/1.1 200';
  let answers = 0;
  let end = '';
  socket.on('data', (chunk: Buffer) => {
    const text = end + chunk.toString('latin1');
    answers += text.split(status).length - 1;
    // A status may be cut in two.
    end = text.slice(1 - status.length);
  });
  const origin = `http://127.0.0.1:${port}`;
  const head = `POST /echo/_fallback/v1/create HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\n`;
  const requests = Array.from({ length: count }, () => {
    const body = createBody({ url: '/echo', origin });
    return `${head}X-Fallback: create\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  });
  socket.write(requests.join(''));
  await until(`${count} answers`, () => answers === count);
  socket.destroy();
}

function packagedVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** KiB. */
function residentMemory(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('the command line', () => {
  const { start, keep } = useRuns();

  before(() => {
    assert.ok(existsSync(program), 'dist/gateway/main.js is missing: run npm run build');
  });

  it('prints help and version, and ends with 0', async () => {
    const help = await start('--help').ended();
    assert.equal(help.code, 0);
    assert.match(help.stdout, /--route <path=backend>/);
    const version = await start('--version').ended();
    assert.deepEqual(version, { code: 0, stdout: `${packagedVersion()}\n`, stderr: '' });
  });

  it('says its process, one line per route, the addresses to open and what to change first', async () => {
    const run = start('--listen', '0', '--route', '/a=ws://127.0.0.1:9/x', '--route', '/b=echo:');
    const url = `http://127.0.0.1:${await run.port()}`;
    await until('all lines', () => run.stdout.includes('next: '));
    assert.deepEqual(run.stdout.split('\n'), [
      `fallback-gateway ${packagedVersion()}, process ${run.child.pid}: Ctrl-C or kill ${run.child.pid} ends it`,
      '/a -> ws://127.0.0.1:9/x',
      '/b -> echo:',
      `open ${url}/shim/websocket.js, or put <script src="${url}/shim/websocket.min.js"></script> into a page`,
      `next: --listen 0.0.0.0:${new URL(url).port} opens it to other machines; --origin http://app.example admits pages of other sites`,
      '',
    ]);
  });

  it('has the demo without routes, with routes only for --demo', async () => {
    const status = async (...args: string[]) => {
      const port = await start('--listen', '0', ...args).port();
      return (await fetch(`http://127.0.0.1:${port}/chat.html`)).status;
    };
    assert.deepEqual(
      [await status(), await status('--route', '/a=echo:'), await status('--route', '/a=echo:', '--demo')],
      [200, 404, 200],
    );
  });

  it('says all that is wrong with a configuration, and ends with 2', async () => {
    const args = ['--heartbeat', 'x', '--port', '80', '--tls-cert', '/no', '--tls-key', '/nor'];
    for (const check of [[], ['--check']]) {
      const { code, stdout, stderr } = await start(...args, ...check).ended();
      assert.deepEqual([code, stdout], [2, '']);
      assert.deepEqual(
        stderr.split('\n').map((line) => line.slice(0, 41)),
        [
          "fallback-gateway: unknown option '--port'",
          'fallback-gateway: --heartbeat "x" must be',
          'fallback-gateway: --tls-cert /no cannot b',
          'fallback-gateway: --tls-key /nor cannot b',
          '',
        ],
      );
    }
  });

  it('checks a configuration without starting', async () => {
    const { code, stdout } = await start('--check', '--listen', '1', '--route', '/a=echo:').ended();
    assert.deepEqual([code, stdout], [0, 'configuration is right\n']);
  });

  it('says what npm took for itself', async () => {
    const env = {
      ...process.env,
      npm_lifecycle_event: 'start',
      npm_config_listen: '9000',
      npm_config_demo: '',
    };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { code, stderr } = await new Run([], child).ended();
    assert.equal(code, 2);
    assert.match(
      stderr,
      /npm took --listen 9000 --no-demo for itself: write npm start -- --listen 9000 --no-demo/,
    );
  });

  it('serves a page, its status and a route', async () => {
    const port = await start('--listen', '0').port();
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/echo`)).text(), 'Welcome to SockJS!\n');
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    await once(socket, 'open');
    socket.send('hello');
    const [message] = await once(socket, 'message');
    assert.equal(String(message), 'hello');
    socket.close();
  });

  const wrong: readonly [string[], RegExp][] = [
    [['--heartbeat', 'never'], /^fallback-gateway: --heartbeat "never" must be a duration .*\n$/],
    [['--frobnicate'], /^fallback-gateway: unknown option '--frobnicate': --help lists all\n$/],
    [['--policy-port', 'x'], /^fallback-gateway: --policy-port "x" must be a port .*\n$/],
    [['--route', '/a=ftp://h'], /^fallback-gateway: --route "\/a=ftp:\/\/h" must be ws:.*\n$/],
    [
      ['--config', 'does-not-exist.yaml'],
      /^fallback-gateway: --config does-not-exist\.yaml cannot be read: there is no such file .*\n$/,
    ],
  ];
  for (const [args, expected] of wrong) {
    it(`ends with 2 and one line for ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await start(...args).ended();
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, expected);
    });
  }

  it('ends with 2 and one line for a key of a config file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-cli-'));
    const file = join(folder, 'gateway.json');
    writeFileSync(file, '{ "heartbeet": 1 }');
    const { code, stderr } = await start('--config', file).ended();
    rmSync(folder, { recursive: true });
    assert.deepEqual(
      [code, stderr],
      [2, `fallback-gateway: ${file}:1: heartbeet is not an option; did you mean heartbeat?\n`],
    );
  });

  it('ends with 1 and one line when the address is in use', async () => {
    const holder: Server = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const { code, stderr } = await start('--listen', String(port)).ended();
    holder.close();
    assert.equal(code, 1);
    const said = `fallback-gateway: cannot listen on 127.0.0.1:${port}: the address is in use (EADDRINUSE); `;
    assert.ok(stderr.startsWith(said), stderr);
    assert.match(stderr, /end it, or take another port\n$/);
  });

  it('bounds the log that nobody reads, and says later how many lines it dropped', async () => {
    const most = ['--max-sessions-per-address', '20000', '--max-sessions', '20000'];
    const times = ['--attach-timeout', '1ms', '--resume-window', '1ms'];
    const args = ['--listen', '0', '--log-format', 'json', ...most, ...times];
    const connections = ['--max-connections', '20000', '--max-connections-per-address', '20000'];
    const run = keep(new Run([...args, ...connections]));
    const port = await run.port();
    run.child.stderr?.pause();
    const opened = 6_000;
    const before = residentMemory(run.child.pid);
    await openSessions(port, opened);
    const grown = residentMemory(run.child.pid) - before;
    run.child.stderr?.resume();
    await until('the report', () => run.stderr.includes('log lines dropped'));
    run.child.kill('SIGTERM');
    await run.ended();
    const lines = run.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const dropped = lines
      .filter(({ msg }) => msg === 'log lines dropped')
      .reduce((sum, report) => sum + report.dropped, 0);
    const written = lines.filter(({ msg }) => /^connection (?:opened|closed)$/.test(msg)).length;
    assert.equal(written + dropped, 2 * opened);
    assert.ok(dropped > 1000, `${dropped} lines dropped`);
    assert.ok(grown < 96 * 1024, `${grown} KiB more`);
  });

  it('goes on when the disk of its log is full', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [program, '--listen', '0'], { stdio: ['ignore', 'pipe', full] });
    closeSync(full);
    const run = keep(new Run([], child));
    const port = await run.port();
    await openSessions(port, 10);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  });

  it('goes on when the reader of its output has ended', async () => {
    const run = start('--listen', '0', '--route', '/dead=ws://127.0.0.1:1');
    const port = await run.port();
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    // Each is refused with a line in the log.
    for (let round = 0; round < 3; round++) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/dead`);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('close', resolve));
    }
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  });

  it('serves over TLS', async function () {
    const files = selfSigned();
    if (files === undefined) {
      console.log('    openssl is missing: TLS is not tested');
      return this.skip();
    }
    const run = start('--listen', '0', '--tls-cert', files.cert, '--tls-key', files.key);
    const port = await run.port();
    assert.match(run.stdout, /^open https:/m);
    const socket = new WebSocket(`wss://localhost:${port}/echo`, {
      ca: readFileSync(files.cert),
      lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await once(socket, 'open');
    socket.terminate();
    const mixed = selfSigned();
    assert.ok(mixed);
    const { code, stderr } = await start('--tls-cert', files.cert, '--tls-key', mixed.key).ended();
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^fallback-gateway: --tls-key .* is not the key of the certificate --tls-cert .*\n$/,
    );
    files.remove();
    mixed.remove();
  });
});
