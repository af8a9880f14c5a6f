import assert from 'node:assert/strict';
import { systemClock } from '../../../gateway/base/clock.ts';
import { createLog } from '../../../gateway/base/log.ts';
import { RefusalLog } from '../../../gateway/base/refusal-log.ts';
import { defaultWording } from '../../../gateway/base/remedy.ts';
import { descriptorLimit } from '../../../gateway/http/descriptors.ts';
import { socketLimits } from '../../../gateway/http/socket-limits.ts';
import { type RawClient, rawClient } from './raw-client.ts';
import { startServer, type TestServerOptions } from './test-server.ts';

const get = 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n';

describe('the limits of TCP connections', () => {
  const connections = { maxConnections: 1_000, maxConnectionsPerAddress: 100 };

  it('follow from those of WebSocket connections', () => {
    assert.deepEqual(socketLimits(connections, 1_000_000), {
      maxSockets: 5_000,
      maxSocketsPerAddress: 2_300,
    });
    assert.deepEqual(socketLimits(connections, undefined), {
      maxSockets: 5_000,
      maxSocketsPerAddress: 2_300,
    });
  });

  it('leave half of the descriptors to backends, and some to everything else', () => {
    assert.equal(socketLimits(connections, 1_064).maxSockets, 500);
    assert.equal(socketLimits(connections, 10).maxSockets, 1);
  });

  it('know how many descriptors there are, on Linux', function () {
    if (process.platform !== 'linux') this.skip();
    assert.ok((descriptorLimit() ?? 0) > 0);
  });
});

describe('a server with as many TCP connections as it may have', () => {
  async function withLimits(
    options: TestServerOptions,
    test: (open: () => RawClient, lines: string[]) => Promise<void>,
  ): Promise<void> {
    const lines: string[] = [];
    const plain = createLog({ level: 'warn', format: 'json', write: (line) => lines.push(line) });
    const log = RefusalLog.of(plain, systemClock, defaultWording);
    const server = await startServer({ ...options, log });
    try {
      await test(() => rawClient(server.port, get), lines);
    } finally {
      await server.close();
    }
  }

  const answered = (text: string): boolean => text.includes('nobody');
  const two: TestServerOptions['settings'] = { sockets: { maxSockets: 2, maxSocketsPerAddress: 100 } };
  const twoPerAddress: TestServerOptions['settings'] = {
    sockets: { maxSockets: 100, maxSocketsPerAddress: 2 },
  };

  for (const [what, options, option] of [
    ['in all', { settings: two }, '--max-connections'],
    ['from one address', { settings: twoPerAddress }, '--max-connections-per-address'],
    [
      'from one address, on the fast path',
      { settings: twoPerAddress, fast: true },
      '--max-connections-per-address',
    ],
  ] as const) {
    it(`closes new ones, and takes them once there is room: ${what}`, async () => {
      await withLimits(options, async (open, lines) => {
        const first = open();
        const second = open();
        await Promise.all([first.read(answered), second.read(answered)]);
        for (let more = 0; more < 3; more++) assert.equal(await open().read(), '');
        // Those who are connected are still served.
        first.socket.write(get);
        await first.read((text) => text.split('nobody').length === 3);
        second.socket.destroy();
        while ((await open().read(answered)) === '');
        // One line in a minute.
        assert.equal(lines.length, 1);
        const { option: named, remoteAddress } = JSON.parse(lines[0] as string);
        assert.deepEqual([named, remoteAddress], [option, '127.0.0.1']);
      });
    });
  }

  it('does not count those of a trusted proxy by address', async () => {
    await withLimits({ settings: twoPerAddress, trusted: ['127.0.0.0/8'] }, async (open) => {
      const clients = Array.from({ length: 5 }, open);
      for (const client of clients) await client.read(answered);
    });
  });
});
