import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

describe('connections are counted', () => {
  let gateway: Started | undefined;
  const open: WebSocket[] = [];

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate();
    await gateway?.close();
    gateway = undefined;
  });

  /** The status that an Upgrade is answered: 101 for one that comes in. */
  async function upgrade(): Promise<number> {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway?.port}/echo`);
    const status = await new Promise<number>((resolve, reject) => {
      socket.once('open', () => resolve(101));
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        resolve(Number(response.statusCode));
      });
      socket.once('error', reject);
    });
    if (status === 101) open.push(socket);
    return status;
  }

  async function create(): Promise<number> {
    const client = new FallbackClient(gateway?.port ?? 0);
    const headers = { 'x-fallback': 'create', 'content-type': 'application/x-www-form-urlencoded' };
    const body = createBody({ origin: client.origin });
    const { status } = await client.ask('/echo/_fallback/v1/create', { headers, body });
    client.close();
    return status;
  }

  it('of one address: more are answered 429, and a place that is given back is free', async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], maxConnectionsPerAddress: 3 });
    assert.deepEqual(
      [await upgrade(), await upgrade(), await upgrade(), await upgrade()],
      [101, 101, 101, 429],
    );
    const [first] = open.splice(0, 1);
    first?.close();
    await once(first as WebSocket, 'close');
    await until('the place is free', () => gateway?.gateway.connections === 2);
    assert.equal(await upgrade(), 101);
  });

  it('of one address: of 1,500 upgrades at once 50 come in, and all others are answered 429', async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], maxConnectionsPerAddress: 50 });
    const statuses = await Promise.all(Array.from({ length: 1500 }, upgrade));
    const count = (status: number) => statuses.filter((each) => each === status).length;
    assert.deepEqual([count(101), count(429)], [50, 1450]);
    assert.equal(gateway.gateway.connections, 50);
  });

  it('in all: more are answered 503', async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], maxConnections: 2 });
    assert.deepEqual([await upgrade(), await upgrade(), await upgrade()], [101, 101, 503]);
  });

  it('together with fallback sessions', async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], maxConnectionsPerAddress: 2 });
    assert.deepEqual([await upgrade(), await create(), await create()], [101, 200, 429]);
    assert.equal(await upgrade(), 429);
  });
});
