import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;
const POURED = 1024 * MIB;
const MESSAGE = Buffer.alloc(64 * 1024, 'x');

/**
 * What the kernel may hold in the four socket buffers on the way, each up to 6 MiB (tcp_rmem,
 * tcp_wmem), and what the gateway may.
 */
const SENT_AT_MOST = 32 * MIB;
/** The outbox of 1 MiB, a message, and what the heap grows by on any work. */
const GROWN_AT_MOST = 48 * MIB;

/** Resident bytes of a process (proc(5)). */
function residentOf({ process: child }: GatewayProgram): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

describe('a client that stops reading while its upstream pours 1 GiB', function () {
  this.timeout(60_000);
  let upstream: WebSocketServer;
  let gateway: GatewayProgram;
  let client: FallbackClient;
  /** Bytes that the upstream's own library still holds, and that it was given. */
  let poured = 0;
  let pouring: WebSocket | undefined;

  before(async () => {
    upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(upstream, 'listening');
    upstream.on('connection', (socket, request) => {
      if (!request.url?.endsWith('/pour')) return;
      pouring = socket;
      const pour = (): void => {
        // The library would take all; what counts is what the network took.
        if (poured >= POURED || socket.readyState !== socket.OPEN) return;
        poured += MESSAGE.length;
        socket.send(MESSAGE, { binary: false }, pour);
      };
      pour();
    });
    const { port } = upstream.address() as AddressInfo;
    gateway = await startProgram([
      '--route',
      `/ws=ws://127.0.0.1:${port}`,
      '--route',
      '/echo=echo:',
      '--log-level',
      'warn',
    ]);
    client = new FallbackClient(gateway.port);
  });

  beforeEach(() => {
    poured = 0;
    pouring = undefined;
  });

  after(async () => {
    client.close();
    await gateway.close();
    for (const socket of upstream.clients) socket.terminate();
    upstream.close();
  });

  const clients: Readonly<Record<string, () => Promise<Socket>>> = {
    'a fallback stream': async () => {
      const token = await client.create('/ws/pour');
      const socket = client.stream(token, 'D1,0␞', '/ws/pour');
      socket.pause();
      return socket;
    },
    'a native WebSocket': async () => {
      const socket = connect(gateway.port, '127.0.0.1');
      const head = [
        'GET /ws/pour HTTP/1.1',
        `Host: 127.0.0.1:${gateway.port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
      ];
      head.push('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.pause();
      return socket;
    },
  };
  for (const [name, open] of Object.entries(clients)) {
    it(`makes the upstream wait, on ${name}, and nobody else`, async () => {
      const neighbour = await client.create();
      await client.post('send', neighbour, '#1␞Twarm␞');
      await client.post('xhr-polling', neighbour, 'D1,0␞');
      const before = residentOf(gateway);
      const socket = await open();
      await until('the upstream has begun', () => poured > MIB);
      const latencies: number[] = [];
      let grown = 0;
      for (let i = 2; i < 102; i++) {
        const began = performance.now();
        await client.post('send', neighbour, `#${i}␞Tping␞`);
        await client.post('xhr-polling', neighbour, `D${i},${i - 1}␞`);
        latencies.push(performance.now() - began);
        grown = Math.max(grown, residentOf(gateway) - before);
      }
      // Once the way is full it stays so: the upstream is not read while the neighbour goes on.
      let seen = -1;
      await until('the upstream waits', () => {
        const same = seen === poured;
        seen = poured;
        return same && pouring !== undefined;
      });
      latencies.sort((a, b) => a - b);
      const median = latencies[50] as number;
      assert.ok(poured < SENT_AT_MOST, `the upstream got rid of ${poured} bytes`);
      assert.ok(grown < GROWN_AT_MOST, `the gateway grew by ${grown} bytes`);
      assert.ok(median < 500, `a neighbour's echo took ${median} ms`);
      socket.destroy();
    });
  }
});
