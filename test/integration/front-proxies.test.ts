import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { HandlerRequest } from '../../gateway/index.ts';
import { carriers } from '../conformance/carriers.ts';
import { echoOver } from '../support/browser/echo-over.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type FrontProxy, frontProxies, startFrontProxy } from '../support/servers/front-proxies.ts';
import { startGateway } from '../support/servers/gateway.ts';

const SITE = 'gateway.intranet';

describe('the recipe of deploy/front for', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let application: Server;
  let requests: HandlerRequest[];

  before(async () => {
    gateway = await startGateway({ host: SITE, trustedProxy: '127.0.0.1', clientPing: '1s' }, (made) =>
      made.route('/ws', (socket, request) => {
        requests.push(request);
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      }),
    );
    application = createServer((_request, response) => response.end('the application')).listen(
      0,
      '127.0.0.1',
    );
    await once(application, 'listening');
  });
  beforeEach(() => {
    requests = [];
  });
  after(async () => {
    await gateway.close();
    application.close();
    application.closeAllConnections();
  });

  const applicationPort = (): number => (application.address() as AddressInfo).port;

  for (const name of frontProxies) {
    describe(name, function () {
      this.timeout(30_000);
      let proxy: FrontProxy | undefined;

      before(async function () {
        requireOrSkip(this, name);
        proxy = await startFrontProxy(name, gateway.port, applicationPort());
      });
      after(() => proxy?.close());

      const port = (): number => (proxy as FrontProxy).port;

      it('passes a native WebSocket, with the address of the client', async () => {
        const headers = { host: SITE, origin: `http://${SITE}`, 'x-forwarded-host': 'evil.example' };
        const socket = new WebSocket(`ws://127.0.0.1:${port()}/ws/room?x=1`, { headers });
        await once(socket, 'open');
        socket.send('hello');
        assert.equal(String((await once(socket, 'message'))[0]), 'hello');
        socket.close(4001, 'bye');
        assert.equal((await once(socket, 'close'))[0], 4001);
        assert.equal(requests[0]?.url, '/ws/room?x=1');
        assert.equal(requests[0]?.headers.host, SITE);
        assert.match(String(requests[0]?.headers['x-forwarded-for']), /127\.0\.0\.1$/);
        assert.doesNotMatch(String(requests[0]?.headers['x-forwarded-host']), /evil/);
      });

      for (const carrier of carriers)
        it(`passes ${carrier.name}`, async () => {
          assert.deepEqual(await echoOver(carrier, port()), ['hello', carrier.transport, 4001]);
        });

      it('leaves the rest of the site to the application', async () => {
        assert.equal(await (await fetch(`http://127.0.0.1:${port()}/other`)).text(), 'the application');
      });
    });
  }

  it('HAProxy keeps a native WebSocket that is silent for longer than timeout tunnel, by --client-ping', async function () {
    requireOrSkip(this, 'haproxy');
    const short = (recipe: string) => recipe.replace('timeout tunnel  1h', 'timeout tunnel  2s');
    const proxy = await startFrontProxy('haproxy', gateway.port, applicationPort(), short);
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/ws`, { headers: { host: SITE } });
    let ended = false;
    socket.on('close', () => {
      ended = true;
    });
    await once(socket, 'open');
    // A ping each second: the fourth comes long after two seconds without any message.
    for (let pings = 0; pings < 4; pings++) await once(socket, 'ping');
    assert.equal(ended, false);
    socket.terminate();
    await proxy.close();
  });
});
