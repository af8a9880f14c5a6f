import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ask, rawClient, statusOf } from '../unit/http/raw-client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const get = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Runs a program with few descriptors, and resolves once it has printed a port. */
async function withDescriptors(
  count: number,
  program: readonly string[],
): Promise<{ child: ChildProcess; port: number; errors: () => string }> {
  const command = `ulimit -n ${count}; exec "$@"`;
  // The compiler would hold descriptors of the sources, so the gateway is the built one.
  const tsx = program[0]?.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const node = [process.execPath, ...tsx, ...program];
  const child = spawn('sh', ['-c', command, 'sh', ...node], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const portIn = (text: string) => /(?:^|\d:)(\d{4,5})\b/m.exec(text)?.[1];
  while (portIn(output) === undefined) {
    const [chunk] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
    if (!Buffer.isBuffer(chunk)) throw new Error(`it ended: ${errors}`);
    output += chunk;
  }
  return { child, port: Number(portIn(output)), errors: () => errors };
}

/** Opens connections, one after the other, and resolves with those that are still open. */
async function openMany(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    sockets.push(socket);
  }
  // What the server refuses, it has accepted first.
  await new Promise((resume) => setTimeout(resume, 300));
  return sockets.filter((socket) => !socket.destroyed && !socket.readableEnded);
}

/** The server may hear of closed connections after it accepts the next one. */
async function servesAgain(port: number): Promise<void> {
  while (statusOf(await ask(port, get, (text) => /ok\n?$/.test(text))) !== 200);
}

describe('a process that runs out of descriptors', function () {
  this.timeout(40_000);
  let child: ChildProcess | undefined;

  afterEach(async () => {
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'close');
    child.kill();
    await gone;
  });

  it('goes on, and serves again once there are some', async () => {
    const server = await withDescriptors(60, ['test/security/unguarded-server.ts']);
    child = server.child;
    const honest = rawClient(server.port, get);
    await honest.read((text) => text.endsWith('ok'));
    const open = await openMany(server.port, 100);
    honest.socket.write(get);
    await honest.read((text) => text.split('ok').length === 3);
    assert.ok(open.length < 60, `${open.length} connections with 60 descriptors`);
    for (const socket of open) socket.destroy();
    await servesAgain(server.port);
    honest.socket.destroy();
  });

  it('does not come so far in a gateway, which refuses new clients before', async () => {
    const options = ['--listen', '127.0.0.1:0', '--route', '/echo=echo:', '--log-format', 'json'];
    const server = await withDescriptors(264, ['dist/gateway/main.js', ...options]);
    child = server.child;
    const honest = rawClient(server.port, get);
    await honest.read((text) => text.endsWith('ok\n'));
    // Of 264 descriptors 64 are reserved, and half of the others are for backends.
    const open = await openMany(server.port, 200);
    assert.equal(open.length, 99);
    assert.match(server.errors(), /too many TCP connections.*--max-connections \d+; and raise ulimit -n/);
    honest.socket.write(get);
    await honest.read((text) => text.split('ok\n').length === 3);
    for (const socket of open) socket.destroy();
    await servesAgain(server.port);
    honest.socket.destroy();
  });
});
