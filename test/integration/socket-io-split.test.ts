import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { attach } from 'engine.io';
import { Socket } from 'engine.io-client';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';

/** The configuration as docs/front-proxies.md has it, for these ports. */
function documented(application: number, gateway: number) {
  const text = readFileSync(fileURLToPath(new URL('../../docs/front-proxies.md', import.meta.url)), 'utf8');
  const lines = text.split('\n').map((line) => line.trim());
  const between = (first: RegExp, last: RegExp): string[] => {
    const start = lines.findIndex((line) => first.test(line));
    const end = lines.findIndex((line, index) => index >= start && last.test(line));
    return lines.slice(start, end + 1);
  };
  const fields = between(/^proxy_http_version/, /^proxy_read_timeout/);
  const connection = between(/^map \$http_upgrade \$connection/, /^map/);
  const http = between(/^upstream application/, /^map \$http_upgrade \$behind/);
  const locations = between(/^location ~ \^\/socket/, /^location \/socket\.io/);
  return {
    http: [...connection, ...http]
      .join('\n')
      .replace('127.0.0.1:3000', `127.0.0.1:${application}`)
      .replace('127.0.0.1:8080', `127.0.0.1:${gateway}`),
    server: locations.join('\n'),
    files: { 'gateway.conf': fields.join('\n') },
  };
}

describe('nginx that splits Socket.IO as docs/front-proxies.md says', () => {
  let application: Server;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let nginx: Nginx;

  before(async function () {
    requireOrSkip(this, 'nginx');
    application = createServer();
    const engine = attach(application, { path: '/socket.io/' });
    engine.on('connection', (socket: Socket) => {
      socket.on('message', (data: string) => socket.send(data));
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const { port } = application.address() as AddressInfo;
    gateway = await startGateway({
      routes: [`/socket.io=ws://127.0.0.1:${port}`],
      trustedProxy: '127.0.0.1',
    });
    const { server, files, http } = documented(port, gateway.port);
    nginx = await startNginx(server, files, http);
  });
  after(async () => {
    await nginx?.stop();
    await gateway?.close();
    application?.closeAllConnections();
    application?.close();
  });

  it('lets its client begin with polling, and go on over a WebSocket through the gateway', async () => {
    const socket = new Socket(`http://127.0.0.1:${nginx.port}`, { path: '/socket.io/' });
    const upgraded = new Promise<void>((resolve) => socket.once('upgrade', () => resolve()));
    await new Promise<void>((resolve) => socket.once('open', () => resolve()));
    await upgraded;
    assert.equal(gateway.gateway.connections, 1);
    const echo = new Promise((resolve) => socket.once('message', resolve));
    socket.send('hello');
    assert.equal(await echo, 'hello');
    socket.close();
  });

  it('leads the fallback of the same path to the gateway', async () => {
    const client = new FallbackClient(nginx.port);
    const url = '/socket.io/?EIO=4&transport=websocket';
    const answer = await client.ask('/socket.io/_fallback/v1/create', {
      headers: { 'x-fallback': 'create' },
      body: createBody({ url, origin: client.origin }),
    });
    assert.equal(answer.status, 200, answer.body);
    client.close();
  });

  it('is needed: at the gateway alone the client hears what works', async () => {
    const client = new FallbackClient(gateway.port);
    const answer = await client.ask('/socket.io/?EIO=4&transport=polling', { method: 'GET' });
    assert.deepEqual([answer.status, answer.body.includes("transports: ['websocket']")], [426, true]);
    client.close();
  });
});
