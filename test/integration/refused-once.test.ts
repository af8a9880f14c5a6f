import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { listen } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';

describe('a handshake that the server refuses natively', () => {
  let server: Server;
  let gateway: Gateway;
  let client: FallbackClient;
  let port: number;
  let clock: TestClock;
  /** Handshakes that the server got. */
  let handshakes = 0;
  let answer = '';

  before(async () => {
    server = createServer();
    server.on('upgrade', (_request, socket: Duplex) => {
      handshakes++;
      socket.on('error', () => {});
      if (answer !== '') socket.end(answer);
    });
    const backend = await listen(server);
    clock = new TestClock();
    const routes = [
      `/ws=ws://127.0.0.1:${backend}`,
      { path: '/stomp', backend: `ws://127.0.0.1:${backend}`, stomp: {} },
    ];
    gateway = createGateway({ listen: 0, routes, logLevel: 'silent', connectTimeout: '10s' }, { clock });
    ({ port } = await gateway.listen());
    client = new FallbackClient(port);
  });
  beforeEach(() => {
    handshakes = 0;
    answer = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
  });
  after(async () => {
    client.close();
    await gateway.close(0);
    server.closeAllConnections();
    server.close();
  });

  /** Status of the refusal of a native handshake of a page at the gateway's own origin. */
  function native(path = '/ws', headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { origin: client.origin, headers });
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
        resolve(statusCode);
        socket.terminate();
      });
    });
  }

  const create = (path = '/ws', changes = {}): Promise<void> =>
    assert.rejects(client.create(path, changes), /create: (?:403|502)/);

  for (const path of ['/ws', '/ws/room?a=1', '/stomp', '/ws/websocket']) {
    it(`is not repeated by the fallback that follows: ${path}`, async () => {
      assert.equal(await native(path), 403);
      await create(path.split('?')[0], { url: path });
      assert.equal(handshakes, 1);
    });
  }

  it('is repeated by the next fallback', async () => {
    await native();
    await create();
    await create();
    assert.equal(handshakes, 2);
  });

  it('is repeated natively', async () => {
    await native();
    await native();
    assert.equal(handshakes, 2);
    await create();
  });

  it('is repeated ten seconds later', async () => {
    await native();
    clock.advance(10_000);
    await create();
    assert.equal(handshakes, 2);
  });

  const others: Readonly<Record<string, () => Promise<void>>> = {
    'another URL': () => create('/ws', { url: '/ws?b' }),
    'other subprotocols': () => create('/ws', { protocols: 'chat' }),
    'another route': () => create('/stomp'),
  };
  for (const [name, other] of Object.entries(others)) {
    it(`says nothing of one with ${name}`, async () => {
      await native();
      await other();
      assert.equal(handshakes, 2);
      await create();
    });
  }

  it('says nothing of one with other cookies', async () => {
    await native('/ws', { cookie: 'session=1' });
    await create();
    assert.equal(handshakes, 2);
  });

  it('is not repeated where the server has not answered in time', async () => {
    answer = '';
    const refused = native();
    while (handshakes === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    assert.equal(await refused, 502);
    await create();
    assert.equal(handshakes, 1);
  });
});
