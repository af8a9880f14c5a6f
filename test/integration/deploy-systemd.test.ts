import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carriers } from '../conformance/carriers.ts';
import { echoOver } from '../support/browser/echo-over.ts';
import { freePort } from '../support/machine/free-ports.ts';
import { Run } from '../support/machine/program-run.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { missingForSandbox, ServiceSandbox } from '../support/machine/service-sandbox.ts';
import { directive, readUnitFile } from '../support/machine/unit-file.ts';
import { until } from '../support/until.ts';

const systemd = new URL('../../deploy/systemd/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, systemd), 'utf8');

/** Of 10, as `systemd-analyze security` counts. */
const MOST_EXPOSURE = 1.5;

/** Milliseconds that new workers may take on a busy machine. */
const RELOAD_TIME = 50_000;

const service = readUnitFile(new URL('fallback-gateway.service', systemd));

describe('the units of systemd in deploy/', function () {
  this.timeout(40_000);
  let folder: string;

  before(function () {
    requireOrSkip(this, 'systemd-analyze');
    folder = mkdtempSync(join(tmpdir(), 'gateway-units-'));
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    for (const name of ['fallback-gateway.service', 'fallback-gateway.socket'])
      writeFileSync(join(folder, name), read(name).replaceAll('/usr/bin/fallback-gateway', program));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const analyze = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['--no-pager', ...args], {
      encoding: 'utf8',
      cwd: folder,
    });
    return { status, said: stdout + stderr };
  };

  it('are right for systemd', () => {
    const units = ['fallback-gateway.service', 'fallback-gateway.socket'].map((name) => join(folder, name));
    assert.deepEqual(analyze('verify', '--man=no', ...units), { status: 0, said: '' });
  });

  it(`leave an exposure of at most ${MOST_EXPOSURE}`, () => {
    const { said } = analyze('security', '--offline=yes', join(folder, 'fallback-gateway.service'));
    const [, exposure] = /Overall exposure level for \S+: (\d+\.\d+) /.exec(said) ?? [];
    assert.ok(Number(exposure) <= MOST_EXPOSURE, said);
  });

  it('have one socket, as the gateway takes one, and start the service of the same name', () => {
    const socket = readUnitFile(new URL('fallback-gateway.socket', systemd));
    assert.match(directive(socket, 'Socket.ListenStream'), /^\d+$/);
    assert.equal(socket.has('Socket.Service'), false);
    assert.equal(socket.has('Socket.Accept'), false);
  });

  it('run as a user that the file for sysusers makes', () => {
    const user = directive(service, 'Service.User');
    assert.match(read('fallback-gateway.sysusers'), new RegExp(`^u ${user} `, 'm'));
  });
});

describe('the service of deploy/, in a sandbox as its unit says', function () {
  this.timeout(60_000);
  let sandbox: ServiceSandbox;
  let run: Run;
  let port: number;

  before(async function () {
    for (const name of ['systemd-socket-activate', 'systemd-analyze', 'bwrap']) requireOrSkip(this, name);
    const missing = missingForSandbox();
    if (missing !== undefined) {
      console.log(`skipped, as this machine has no sandbox: ${missing}`);
      this.skip();
    }
    sandbox = new ServiceSandbox(service, configuration());
    port = await freePort();
    run = new Run([], sandbox.activate(port));
    await until('the socket', () => /Listening on/.test(run.stderr));
  });
  after(async () => {
    run?.child.kill('SIGKILL');
    await run?.ended();
    sandbox?.remove();
  });

  /** The file as it is, with an echo in place of the server, and JSONP. */
  const configuration = (): string =>
    `${read('gateway.yaml').replace("'ws://127.0.0.1:9001'", "'echo:'")}jsonp: true\ngrace: 1s\n`;

  const at = (...path: string[]): string => join(sandbox.folder, ...path);
  const first = (): string => readFileSync(at('run', 'pid'), 'utf8').trim();

  it('starts with the first connection, as a user without rights', async () => {
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    await until('the start lines', () => /^open /m.test(run.stdout));
    const status = readFileSync(`/proc/${first()}/status`, 'utf8');
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^CapEff:\t0+$/m);
  });

  for (const carrier of carriers)
    it(`carries ${carrier.name}`, async () => {
      assert.deepEqual(await echoOver(carrier, port), ['hello', carrier.transport, 4001]);
    });

  it('is reloaded by its ExecReload, which waits for the new workers', async () => {
    const { code, stdout, stderr } = await sandbox.run('Service.ExecReload').ended(RELOAD_TIME);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /reloaded/);
    const [carrier] = carriers;
    assert.deepEqual(await echoOver(carrier as (typeof carriers)[0], port), ['hello', 'websocket', 4001]);
  });

  it('refuses a reload by its ExecReload, with the line that says why', async () => {
    writeFileSync(at('etc', 'gateway.yaml'), 'heartbeet: 5s\n');
    const { code, stderr } = await sandbox.run('Service.ExecReload').ended(RELOAD_TIME);
    writeFileSync(at('etc', 'gateway.yaml'), configuration());
    assert.equal(code, 1);
    assert.match(stderr, /heartbeet is not an option; did you mean heartbeat\?/);
  });

  it('writes a new access log when logrotate has renamed it', async function () {
    requireOrSkip(this, 'logrotate');
    await until('a line', () => readFileSync(at('log', 'access.log'), 'utf8') !== '');
    const rotation = read('fallback-gateway.logrotate')
      .replaceAll('/var/log/fallback-gateway', at('log'))
      .replaceAll('/run/fallback-gateway', at('run'))
      .replace(/^ +su .*\n/m, '');
    writeFileSync(at('rotation'), rotation, { mode: 0o644 });
    const { PATH } = process.env;
    const args = ['--force', '--state', at('state'), at('rotation')];
    const { status, stderr } = spawnSync('logrotate', args, {
      encoding: 'utf8',
      env: { PATH: `${PATH}:/usr/sbin` },
    });
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(at('log', 'access.log.1')));
    await until('the new file', () => existsSync(at('log', 'access.log')));
    await fetch(`http://127.0.0.1:${port}/healthz?after`);
    const fresh = (): string => readFileSync(at('log', 'access.log'), 'utf8');
    await until('its line', () => /GET \/healthz/.test(fresh()));
  });

  it('drains for the SIGTERM with which systemd ends it', async () => {
    process.kill(Number(first()), 'SIGTERM');
    const { code, stderr } = await run.ended();
    assert.equal(code, 0, stderr);
    assert.equal(existsSync(at('run', 'pid')), false);
  });

  it('does not start with MemoryDenyWriteExecute, as V8 compiles while it runs', async () => {
    const denying = new ServiceSandbox(service, configuration(), { deniesWritableCode: true });
    const { code, stderr } = await denying.run('Service.ExecStart').ended();
    denying.remove();
    assert.notEqual(code, 0);
    assert.match(stderr, /Check failed/, 'the line with which V8 ends');
  });
});
