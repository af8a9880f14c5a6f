import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import { type Log, silentLog } from '../../gateway/base/log.ts';
import { headLength, MessageKind, readHead, writeHead } from '../../gateway/cluster/bus-message.ts';
import type { Link } from '../../gateway/cluster/link.ts';
import { createNatsLink } from '../../gateway/cluster/nats-link.ts';
import { type BlockedProxy, startBlockedProxy } from '../support/cluster/blocked-proxy.ts';
import { LinkLog } from '../support/cluster/link-log.ts';
import { reported } from '../support/cluster/link-suite.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { end, type Program, start } from '../support/servers/program.ts';
import { until } from '../support/until.ts';

const child = fileURLToPath(new URL('../support/cluster/link-child.ts', import.meta.url));

describe('the link over NATS, when something fails', function () {
  this.timeout(60_000);
  let nats: NatsServer;
  const links: Link[] = [];
  const programs: Program[] = [];
  let proxy: BlockedProxy | undefined;

  before(function () {
    requireOrSkip(this, 'nats-server');
  });

  beforeEach(async () => {
    // Small, so that a slow consumer is one soon.
    nats = await startNats(['max_pending: 2MB', 'write_deadline: "500ms"'], false);
  });

  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()));
    await Promise.all(programs.splice(0).map(end));
    await proxy?.close();
    proxy = undefined;
    await nats?.remove();
  });

  async function node(self: string, { port = nats.port, log = silentLog } = {}) {
    const servers = [{ host: '127.0.0.1', port }];
    const link = createNatsLink({ self, cluster: { servers, name: 'test' }, log });
    const one = { link, log: new LinkLog() };
    links.push(link);
    await link.start(one.log);
    return one;
  }

  async function two() {
    const [a, b] = [await node('a'), await node('b')];
    await reported(a, 'up b');
    await reported(b, 'up a');
    for (const { log } of [a, b]) log.take();
    return [a, b] as const;
  }

  /** A node in a process of its own, which is up for `other`. */
  async function process(name: string, other: { link: Link; log: LinkLog }): Promise<Program> {
    const program = start(globalThis.process.execPath, ['--import', 'tsx', child, String(nats.port), name], {
      ...globalThis.process.env,
    });
    programs.push(program);
    await until(`up ${name}`, () => other.log.lines.includes(`up ${name}`), 30_000);
    await until('both up', () => program.output.includes(`up ${other.link.self}`));
    return program;
  }

  /** Sends frames until one arrives, and no other way round. */
  async function reaches(from: { link: Link }, to: { log: LinkLog; link: Link }, text: string) {
    from.link.send(to.link.self, Buffer.from(text));
    await reported(to, `${from.link.self}: ${text}`);
  }

  it('starts while NATS is away, says so once, and connects when it is there', async () => {
    const lines: string[] = [];
    const log: Log = {
      ...silentLog,
      error: (message, fields) => void lines.push(`${message}: ${fields?.reason}`),
    };
    const a = await node('a', { log });
    assert.equal(a.link.isConnected, false);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(lines, [`NATS cannot be reached, retrying: 127.0.0.1:${nats.port}: connection refused`]);
    assert.deepEqual(a.log.take(), []);
    await nats.restart();
    await reported(a, 'connected');
    assert.equal(a.link.isConnected, true);
    await node('b');
    await reported(a, 'up b');
  });

  it('heals when the server is killed and comes back', async () => {
    await nats.restart();
    const [a, b] = await two();
    await nats.kill();
    for (const [one, name] of [
      [a, 'b'],
      [b, 'a'],
    ] as const) {
      await reported(one, 'cut off');
      assert.equal(one.link.isConnected, false);
      assert.deepEqual(one.log.take(), [`lost ${name}`, 'cut off']);
      one.link.send(name, Buffer.from('dropped'));
    }
    await nats.restart();
    await reported(a, 'up b');
    await reported(b, 'up a');
    await reaches(a, b, 'again');
    for (const { log } of [a, b]) {
      assert.ok(!log.lines.some((line) => /gone|dropped/.test(line)), log.lines.join());
    }
  });

  it('reports a process gone within two seconds after SIGKILL, and not its neighbour', async () => {
    await nats.restart();
    const a = await node('a');
    const [killed] = [await process('x', a), await process('y', a)];
    a.log.take();
    const begin = performance.now();
    killed.process.kill('SIGKILL');
    await reported(a, 'gone x');
    const took = Math.round(performance.now() - begin);
    console.log(`      gone after ${took} ms`);
    assert.deepEqual(a.log.take(), ['lost x', 'gone x']);
  });

  it('reports a stopped process lost, not gone', async () => {
    await nats.restart();
    const a = await node('a');
    const stopped = await process('x', a);
    a.log.take();
    stopped.process.kill('SIGSTOP');
    try {
      await reported(a, 'lost x');
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      assert.deepEqual(a.log.take(), ['lost x']);
    } finally {
      stopped.process.kill('SIGCONT');
    }
    await reported(a, 'up x');
    await reached(a, 'x');
  });

  it('begins anew with a node that reads so slowly that the server drops it', async () => {
    await nats.restart();
    const a = await node('a');
    const slow = await process('x', a);
    a.log.take();
    slow.process.kill('SIGSTOP');
    // More than the kernel and the server hold.
    for (let sent = 0; sent < 64 && !a.log.lines.includes('lost x'); sent++) {
      a.link.send('x', Buffer.alloc(256 * 1024));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await reported(a, 'lost x');
    slow.process.kill('SIGCONT');
    await until('up x', () => a.log.lines.lastIndexOf('up x') > a.log.lines.lastIndexOf('lost x'));
    await reached(a, 'x');
    await until('the other side saw it', () => /lost a(?:.|\n)*up a/.test(slow.output));
  });

  /** A frame comes back from a process. */
  async function reached({ link, log }: { link: Link; log: LinkLog }, name: string): Promise<void> {
    await until('a frame comes back', () => {
      link.send(name, Buffer.from('back'));
      return log.lines.includes(`${name}: back`);
    });
  }

  it('loses a node that is cut off and does not declare it gone, nor does that node', async () => {
    await nats.restart();
    proxy = await startBlockedProxy(nats.port);
    const [a, b] = [await node('a'), await node('b', { port: proxy.port })];
    await reported(a, 'up b');
    await reported(b, 'up a');
    for (const { log } of [a, b]) log.take();
    proxy.setBlocked(true);
    await reported(a, 'lost b');
    await reported(b, 'cut off');
    assert.equal(b.link.isConnected, false);
    assert.equal(a.link.isConnected, true);
    proxy.setBlocked(false);
    await reported(a, 'up b');
    await reported(b, 'up a');
    await reaches(b, a, 'again');
    for (const { log } of [a, b])
      assert.ok(!log.lines.some((line) => line.startsWith('gone')), log.lines.join());
  });

  it('ends the time with a node on both sides at a gap', async () => {
    await nats.restart();
    const [a, b] = await two();
    const stranger = await connect({ servers: `127.0.0.1:${nats.port}` });
    // Reads a chunk on the way, and sends one that pretends to come two later.
    const sub = stranger.subscribe('test.node.b', {
      callback: (_error, { data }) => {
        const head = readHead(Buffer.from(data));
        if (head?.kind !== MessageKind.chunk) return;
        const forged = Buffer.alloc(headLength('a'));
        writeHead(forged, { ...head, number: head.number + 2 });
        sub.unsubscribe();
        stranger.publish('test.node.b', forged);
      },
    });
    await stranger.flush();
    a.link.send('b', Buffer.from('1'));
    await until('up again', () => a.log.lines.includes('up b') && b.log.lines.includes('up a'));
    assert.deepEqual(a.log.take(), ['lost b', 'up b']);
    assert.deepEqual(b.log.take(), ['a: 1', 'lost a', 'up a']);
    await reaches(a, b, '2');
    await stranger.close();
  });
});
