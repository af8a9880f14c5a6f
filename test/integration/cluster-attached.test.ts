import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProcessGateway } from '../../gateway/gateway.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { linkedGateway } from '../support/cluster/gateways.ts';
import { MemoryNetwork } from '../support/cluster/memory-network.ts';
import { nodeOf, tokenOf } from '../support/cluster/sessions.ts';

/** A gateway of several processes that has no server of its own. */
describe('a node on a server that is there already', () => {
  const ways: readonly [string, (gateway: ProcessGateway) => Server][] = [
    ['attach', (gateway) => serverOf(gateway)],
    [
      'middleware',
      (gateway) => {
        const take = gateway.middleware();
        return createServer((request, response) => take(request, response, () => response.end('next')));
      },
    ],
  ];
  for (const [name, serve] of ways) {
    it(`answers for the sessions of others, and they for its own, by ${name}()`, async () => {
      const network = new MemoryNetwork();
      const gateways = ['a', 'b'].map((node) =>
        linkedGateway({ routes: ['/echo=echo:'] }, network.link(node)),
      );
      const servers = gateways.map(serve);
      const clients: FallbackClient[] = [];
      for (const server of servers) {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        clients.push(new FallbackClient((server.address() as AddressInfo).port));
      }
      const owners = new Set<string>();
      for (let run = 0; run < 50 && owners.size < 2; run++) {
        const token = tokenOf(await create(clients[0] as FallbackClient));
        owners.add(nodeOf(token));
        for (const client of clients) {
          const answer = await client.post('send', token, 'A0␞');
          assert.deepEqual([answer.status, answer.body], [200, 'A0␞']);
        }
      }
      assert.equal(owners.size, 2);
      for (const client of clients) client.close();
      await Promise.all(gateways.map((gateway) => gateway.close(0)));
      for (const server of servers) server.close();
    });
  }

  function serverOf(gateway: ProcessGateway): Server {
    const server = createServer();
    gateway.attach(server);
    return server;
  }

  function create(client: FallbackClient) {
    const headers = { 'x-fallback': 'create', host: 'localhost' };
    const body = createBody({ url: '/echo', origin: 'http://localhost', beside: '' });
    return client.ask('/echo/_fallback/v1/create', { headers, body });
  }
});
