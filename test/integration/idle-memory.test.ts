import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FallbackClient } from '../support/clients/fallback-client.ts';

const SESSIONS = 200;

/** Bytes of header fields that a browser of an intranet may send with each request. */
const LONG_HEAD = 8_000;

/** Bytes of heap that an idle session has, about 3,700, and room for the noise of a measurement. */
const MOST = 4_800;

describe('an idle session', function () {
  this.timeout(60_000);
  let gateway: ChildProcess;
  let port: number;
  let client: FallbackClient;
  const sockets: Socket[] = [];

  before(async () => {
    const child = fileURLToPath(new URL('./idle-memory-child.ts', import.meta.url));
    gateway = fork(child, { execArgv: ['--expose-gc', '--import', 'tsx'] });
    [port] = (await once(gateway, 'message')) as [number];
    client = new FallbackClient(port);
  });
  after(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    gateway.kill();
  });

  const heapUsed = async (): Promise<number> => {
    const answer = once(gateway, 'message');
    gateway.send('measure');
    return (await answer)[0];
  };

  /** Opens sessions, each with a downstream that waits. */
  const open = async (action: string, field: string): Promise<void> => {
    for (let i = 0; i < SESSIONS; i++) {
      const body = `${await client.create()};D1,0\x1e`;
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket.on('error', () => {}));
      const head = `POST /echo/_fallback/v1/${action} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
      socket.write(`${head}Cookie: ${field}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
    // The gateway has read them all when it has answered a request on a connection made later.
    await client.ask('/healthz', { method: 'GET' });
  };

  for (const action of ['xhr-streaming', 'xhr-polling']) {
    it(`has few objects, and nothing of the head of its request: ${action}`, async () => {
      const grown: number[] = [];
      await open(action, 'x');
      for (const field of ['x', 'x'.repeat(LONG_HEAD)]) {
        const before = await heapUsed();
        await open(action, field);
        grown.push(((await heapUsed()) - before) / SESSIONS);
      }
      const [withShort = 0, withLong = 0] = grown;
      assert.ok(withShort < MOST, `${withShort} bytes a session`);
      assert.ok(withLong - withShort < LONG_HEAD / 8, `${withShort} and ${withLong} bytes a session`);
    });
  }
});
