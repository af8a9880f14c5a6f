import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { freePort } from '../support/machine/free-ports.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { PASS_UPGRADE, startNginx } from '../support/servers/nginx.ts';
import { Servers } from '../support/servers/upstreams.ts';

/** What a native client of `/ws` gets: `open`, or the status of the refusal. */
function knock(port: number, path = '/ws'): Promise<unknown> {
  return new Promise((resolve) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    client.on('error', () => {});
    client.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    client.on('open', () => {
      resolve('open');
      client.terminate();
    });
  });
}

/** A gateway whose warnings are added to `lines`. */
async function start(options: GatewayOptions, lines: string[]): Promise<Gateway> {
  const log = createLog({ level: 'warn', format: 'json', write: (line) => void lines.push(line) });
  const gateway = createGateway({ host: '*', demo: false, ...options }, { log });
  await gateway.listen();
  return gateway;
}

describe('a route that leads to the gateway itself', () => {
  const servers = new Servers();
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    servers.stopAll();
  });

  for (const host of ['127.0.0.1', 'localhost', '127.0.0.2', '[::1]', 'LOCALHOST.']) {
    it(`is refused at the start: ${host}`, async () => {
      const port = await freePort();
      const gateway = createGateway({
        listen: `0.0.0.0:${port}`,
        routes: [`/ws=ws://${host}:${port}`],
        logLevel: 'silent',
      });
      await assert.rejects(gateway.listen(), {
        name: 'ConfigError',
        message: /^the route \/ws leads to the gateway itself, at .+; give it the address of the server/,
      });
    });
  }

  it('is refused at the start over a second route', async () => {
    const port = await freePort();
    const own = `ws://127.0.0.1:${port}`;
    const gateway = createGateway({
      listen: port,
      routes: [`/a=${own}/b/x`, `/b=${own}/a`, '/echo=echo:', `/alias=${own}/echo`],
      logLevel: 'silent',
    });
    await assert.rejects(gateway.listen(), /^ConfigError: the route \/a .+\nthe route \/b [^\n]+$/);
  });

  it('may lead to another of its routes', async () => {
    const port = await freePort();
    const routes = ['/echo=echo:', `/alias=ws://127.0.0.1:${port}/echo`];
    const gateway = await startGateway({ listen: `127.0.0.1:${port}`, routes });
    stops.push(gateway.close);
    assert.equal(await knock(port, '/alias'), 'open');
  });

  it('may have the port of another machine or interface', async () => {
    const port = await freePort();
    const routes = [`/ws=ws://127.0.0.2:${port}`, `/x=ws://other.example:${port}`];
    const gateway = await startGateway({ listen: `127.0.0.3:${port}`, routes });
    await gateway.close();
  });

  async function noticed(port: number, lines: readonly string[]): Promise<void> {
    assert.equal(await knock(port), 508);
    const client = new FallbackClient(port);
    await assert.rejects(client.create('/ws'), /create: 502/);
    client.close();
    assert.ok(lines.length > 0);
    assert.ok(
      lines.some((line) => line.includes('the route leads back to this gateway')),
      lines.join('\n'),
    );
    assert.ok(lines.length < 10, `${lines.length} lines`);
  }

  it('is noticed over a second gateway', async () => {
    const lines: string[] = [];
    const [a, b] = [await freePort(), await freePort()];
    const first = await start({ listen: a, routes: [`/ws=ws://127.0.0.1:${b}`] }, lines);
    stops.push(() => first.close(0));
    const second = await start({ listen: b, routes: [`/ws=ws://127.0.0.1:${a}`] }, lines);
    stops.push(() => second.close(0));
    await noticed(a, lines);
  });

  it('is noticed over nginx, with STOMP frames too', async function () {
    requireOrSkip(this, 'nginx');
    const lines: string[] = [];
    const port = await freePort();
    const nginx = await startNginx(`location / { proxy_pass http://127.0.0.1:${port}; ${PASS_UPGRADE} }`);
    stops.push(nginx.stop);
    for (const stomp of [undefined, {}]) {
      const route = { path: '/ws', backend: `ws://127.0.0.1:${nginx.port}`, ...(stomp && { stomp }) };
      const gateway = await start({ listen: port, routes: [route] }, lines);
      await noticed(port, lines);
      await gateway.close(0);
      lines.length = 0;
    }
  });
});
