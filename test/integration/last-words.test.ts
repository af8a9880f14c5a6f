import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { WebSocket } from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { listen } from '../support/servers/upstreams.ts';
import { requireLibrary } from '../third-party/home.ts';

const TRIES = 20;

/** WebSocket-Node, the package `websocket`: it takes messages of 1 MiB in frames of 64 KiB. */
interface WebSocketNode {
  readonly server: new (options: {
    httpServer: unknown;
    autoAcceptConnections: boolean;
  }) => {
    shutDown(): void;
  };
}

describe('a WebSocket-Node server that refuses a frame over its bound', () => {
  const http = createServer();
  let server: InstanceType<WebSocketNode['server']>;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async function () {
    requireOrSkip(this, 'libraries');
    const { server: Server } = requireLibrary('websocket') as WebSocketNode;
    server = new Server({ httpServer: http, autoAcceptConnections: true });
    const port = await listen(http);
    gateway = await startGateway({ routes: [{ path: '/ws', backend: `ws://127.0.0.1:${port}` }] });
  });
  after(async () => {
    await gateway?.close();
    server?.shutDown();
    http.close();
  });

  it(`says 1009 to a native client, ${TRIES} times of ${TRIES}`, async () => {
    const codes: unknown[] = [];
    for (let count = 0; count < TRIES; count++) {
      const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`);
      client.on('error', () => {});
      client.on('open', () => client.send(Buffer.alloc(1 << 20)));
      codes.push(await new Promise((resolve) => client.on('close', resolve)));
    }
    assert.deepEqual(codes, Array(TRIES).fill(1009));
  });

  it('says 1009 over a fallback', async () => {
    const client = new FallbackClient(gateway.port);
    const token = await client.create('/ws');
    const poll = client.post('xhr-polling', token, 'D1,0␞', '/ws');
    const text = 'x'.repeat(100_000);
    await client.post('send', token, `#1␞t${text}␞T${text}␞`, '/ws');
    assert.match((await poll).body, /C1009/);
    client.close();
  });
});
