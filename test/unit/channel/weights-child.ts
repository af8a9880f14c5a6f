/*
 * Fills the holders of native connections, and prints what they count and what the memory of this
 * process grew by, a line of JSON for each case. Run by weights.test.ts.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../gateway/base/clock.ts';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { WsChannel } from '../../../gateway/channel/ws-channel.ts';
import { wsLimits } from '../../../gateway/channel/ws-limits.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { frame } from '../../support/servers/upstreams.ts';
import { until } from '../../support/until.ts';

export interface Weighed {
  readonly holder: 'pair' | 'writes' | 'fragments' | 'chunks' | 'frame';
  readonly kind: 'text' | 'binary';
  readonly size: number;
  readonly counted: number;
  readonly grown: number;
}

const ENOUGH = 4_000_000;

/** What was filled stays to the end: it must not be freed in the next measurement. */
const kept: unknown[] = [];

const budget = new MemoryBudget({ memory: 1e12, memoryPerAddress: 1e12 });
const openAccount = () => budget.account('192.0.2.1');
const mask = Buffer.of(1, 2, 3, 4);

async function weigh(
  facts: Omit<Weighed, 'counted' | 'grown'>,
  fill: () => Promise<unknown> | unknown,
): Promise<void> {
  const [countedBefore, before] = [budget.held, usedMemory()];
  kept.push(await fill());
  const [counted, grown] = [budget.held - countedBefore, usedMemory() - before];
  process.stdout.write(`${JSON.stringify({ ...facts, counted, grown })}\n`);
}

function messageOf(kind: 'text' | 'binary', size: number, seed: number): Message {
  if (kind === 'binary') return Message.binary(Buffer.alloc(size, seed));
  // A text of its own for each message, flat in memory.
  return Message.text(Buffer.alloc(size, 48 + (seed % 10)).toString('latin1'));
}

async function weighPairs(): Promise<void> {
  for (const kind of ['text', 'binary'] as const) {
    for (const size of [0, 1, 100, 100_000]) {
      const [near, far] = channelPair(openAccount);
      far.pause();
      await weigh({ holder: 'pair', kind, size }, () => {
        for (let held = 0, seed = 0; held < ENOUGH; held += size + 120)
          near.send(messageOf(kind, size, seed++));
        return [near, far];
      });
    }
  }
}

/** A WebSocket connection: the client's socket, and the server's channel. */
async function connection(): Promise<{ client: Socket; channel: WsChannel; ws: WebSocket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new WebSocketServer({ noServer: true, ...wsLimits(1 << 30) });
  const opened = new Promise<{ channel: WsChannel; ws: WebSocket }>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (ws) => {
        const channel = new WsChannel(ws, socket as Socket, { clock: systemClock, ping: 0, openAccount });
        channel.attach({ message: () => {}, drained: () => {}, closed: () => {} });
        resolve({ channel, ws });
      });
    });
  });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const { channel, ws } = await opened;
  client.setNoDelay(true);
  return { client, channel, ws };
}

async function weighWrites(): Promise<void> {
  for (const kind of ['text', 'binary'] as const) {
    for (const size of [0, 1, 100, 100_000]) {
      const { client, channel } = await connection();
      client.pause();
      // The buffers of the system first.
      const block = Message.binary(Buffer.alloc(1 << 20));
      for (let count = 0; count < 24; count++) channel.send(block);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await weigh({ holder: 'writes', kind, size }, () => {
        for (let held = 0, seed = 0; held < ENOUGH; held += size + 400)
          channel.send(messageOf(kind, size, seed++));
      });
    }
  }
}

async function weighUnfinished(): Promise<void> {
  for (const size of [1, 100, 16_000]) {
    const { client, ws } = await connection();
    const parts = size === 1 ? 50_000 : Math.ceil(ENOUGH / (size + 120));
    await weigh({ holder: 'fragments', kind: 'binary', size }, async () => {
      const first = frame(0x02, Buffer.alloc(size, 1), mask);
      const more = frame(0x00, Buffer.alloc(size, 1), mask);
      const total = parts * more.length;
      client.write(first);
      client.write(Buffer.concat(Array.from({ length: parts - 1 }, () => more)));
      const read = ws as unknown as { _socket: Socket };
      await until('all fragments', () => read._socket.bytesRead > total);
      return ws;
    });
  }
  const { client, ws } = await connection();
  await weigh({ holder: 'frame', kind: 'binary', size: 20_000_000 }, async () => {
    client.write(frame(0x82, Buffer.alloc(20_000_000), mask).subarray(0, ENOUGH));
    const read = ws as unknown as { _socket: Socket };
    await until('the frame', () => read._socket.bytesRead >= ENOUGH);
    return ws;
  });
  const slow = await connection();
  await weigh({ holder: 'chunks', kind: 'binary', size: 1 }, async () => {
    const bytes = frame(0x82, Buffer.alloc(10_000), mask);
    const read = (slow.ws as unknown as { _socket: Socket })._socket;
    const before = read.bytesRead;
    for (let at = 0; at < 5_000; at++) {
      slow.client.write(bytes.subarray(at, at + 1));
      while (read.bytesRead - before <= at) await new Promise((resolve) => setImmediate(resolve));
    }
    return slow;
  });
}

// At the first run code is compiled, too.
usedMemory();
await weighPairs();
await weighWrites();
await weighUnfinished();
process.exit(0);
