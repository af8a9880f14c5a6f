import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { startGateway } from '../support/servers/gateway.ts';
import { Servers } from '../support/servers/upstreams.ts';
import { until } from '../support/until.ts';

const BROWSER = { 'User-Agent': 'Mozilla/5.0 (one)' };

describe('the gateway says whether it has the handshake of a WebSocket', () => {
  const servers = new Servers();
  const waiting: ((accepts: boolean) => void)[] = [];
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let clients: WebSocket[] = [];

  beforeEach(async () => {
    const port = await servers.webSocket(() => {}, {
      verifyClient: (_info, done) => waiting.push((accepts) => done(accepts, 403)),
    });
    gateway = await startGateway({ routes: [`/ws=ws://127.0.0.1:${port}`, '/echo=echo:'] });
  });
  afterEach(async () => {
    for (const client of clients) client.terminate();
    clients = [];
    waiting.length = 0;
    await gateway.close();
    servers.stopAll();
  });

  async function connect(): Promise<WebSocket> {
    const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: BROWSER });
    client.on('error', () => {});
    clients.push(client);
    await until('the handshake', () => waiting.length > 0);
    return client;
  }

  async function ask(headers: Record<string, string> = BROWSER, path = '/ws'): Promise<string> {
    const address = `http://127.0.0.1:${gateway.port}${path}/_fallback/v1/upgrade`;
    const response = await fetch(address, { method: 'POST', headers });
    assert.equal(response.status, 200);
    return response.text();
  }

  function untilNone(): Promise<void> {
    let last = '';
    return until('none', () => {
      void ask().then((answer) => {
        last = answer;
      });
      return last === 'upgrade=none&end=1';
    });
  }

  it('while it waits for the backend, for that browser alone', async () => {
    assert.equal(await ask(), 'upgrade=none&end=1');
    await connect();
    assert.equal(await ask(), 'upgrade=pending&end=1');
    assert.equal(
      await ask(BROWSER, '/echo'),
      'upgrade=pending&end=1',
      'the browser has one queue for a host',
    );
    assert.equal(await ask({ 'User-Agent': 'Mozilla/5.0 (other)' }), 'upgrade=none&end=1');
  });

  for (const accepts of [true, false])
    it(`and a moment longer, as the answer travels (${accepts ? 'accepted' : 'refused'})`, async () => {
      const client = await connect();
      const answered = new Promise((resolve) => client.on('open', resolve).on('error', resolve));
      waiting[0]?.(accepts);
      await answered;
      assert.equal(await ask(), 'upgrade=pending&end=1');
      await untilNone();
    });

  it('to pages that may connect: others cannot read the answer', async () => {
    const address = `http://127.0.0.1:${gateway.port}/ws/_fallback/v1/upgrade`;
    const origin = 'http://other.example';
    const response = await fetch(address, { method: 'POST', headers: { Origin: origin } });
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    assert.equal((await fetch(address)).status, 405);
  });
});
