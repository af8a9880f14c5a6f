import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../../gateway/base/log.ts';
import { socketPath, UnixLink } from '../../../gateway/cluster/unix-link.ts';
import { CheckedNode } from '../../support/cluster/checked-node.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { until } from '../../support/until.ts';

const NAMES = ['a', 'b', 'c'];

describe('the link over Unix sockets whose connections are cut again and again', () => {
  let folder: string;
  const proxies: Server[] = [];
  const sockets = new Set<Socket>();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-link-'));
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(proxies.splice(0).map((proxy) => once(proxy.close(), 'close')));
    rmSync(folder, { recursive: true });
  });

  /** A way to a node's socket that can be cut. */
  async function startProxy(name: string): Promise<string> {
    const path = join(folder, `${name}.proxy`);
    const proxy = createServer((socket) => {
      const other = connect(socketPath(folder, name));
      for (const [from, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        sockets.add(from);
        from.on('error', () => {});
        from.once('close', () => {
          sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    proxies.push(proxy);
    await once(proxy.listen(path), 'listening');
    return path;
  }

  it('keeps order and leaves no gap, and both sides agree in the end', async () => {
    const seed = seedFromEnvironment();
    console.log(`      FAULT_SEED=${seed}`);
    const random = new Random(seed);
    const nodes = await Promise.all(
      NAMES.map(async (self) => {
        const link = new UnixLink({ self, path: socketPath(folder, self), log: silentLog });
        const node = new CheckedNode(link);
        await link.start(node);
        return node;
      }),
    );
    for (const name of NAMES) {
      const path = await startProxy(name);
      for (const { link } of nodes) (link as UnixLink).nodeAdded(name, path);
    }
    let cuts = 0;
    for (let step = 0; step < 1_500; step++) {
      for (const node of nodes) for (const name of NAMES) if (random.chance(0.7)) node.send(name);
      await (random.chance(0.05) ? delay(random.int(1, 8)) : turn());
      if (!random.chance(0.02) || sockets.size === 0) continue;
      random.pick([...sockets]).destroy();
      cuts++;
    }
    await until('all up', () => nodes.every(({ up }) => up.size === 2));
    const before = nodes.map(({ frames }) => frames);
    for (const node of nodes) for (const name of NAMES) node.send(name);
    const news = () => nodes.map(({ frames }, index) => frames - (before[index] as number));
    await until('a frame of each', () => news().every((count) => count >= 2));
    assert.ok(cuts > 5, `${cuts} cuts`);
    assert.ok(
      before.every((count) => count > 100),
      before.join(),
    );
    assert.deepEqual(
      nodes.flatMap(({ gone }) => gone),
      [],
    );
    await Promise.all(nodes.map(({ link }) => link.close()));
  });
});
