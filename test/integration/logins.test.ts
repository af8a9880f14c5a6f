import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { listen } from '../support/servers/upstreams.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

const CHALLENGES = ['Negotiate', 'Basic realm="intranet"'];
const ANNA = `Basic ${Buffer.from('anna:secret').toString('base64')}`;

describe('a backend that wants a login', () => {
  let server: Server;
  let gateway: Started;
  let client: FallbackClient;
  /** Handshakes that the server got. */
  let handshakes = 0;
  let refusal = '';

  before(async () => {
    server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket: Duplex, head) => {
      handshakes++;
      socket.on('error', () => {});
      if (request.headers.authorization !== ANNA) socket.end(refusal);
      else sockets.handleUpgrade(request, socket, head, () => {});
    });
    const backend = await listen(server);
    gateway = await startGateway(
      {
        routes: [`/ws=ws://127.0.0.1:${backend}`],
        origin: ['http://app.example', 'null'],
        jsonp: true,
      },
      (made) => {
        made.route('/handler', () => {}, { verifyClient: () => 403 });
        made.route('/failing', () => {}, { verifyClient: () => 500 });
      },
    );
    client = new FallbackClient(gateway.port);
  });
  beforeEach(() => {
    handshakes = 0;
    const fields = CHALLENGES.map((challenge) => `WWW-Authenticate: ${challenge}\r\n`).join('');
    refusal = `HTTP/1.1 401 Unauthorized\r\n${fields}X-Secret: 1\r\nContent-Length: 6\r\n\r\nsecret`;
  });
  after(async () => {
    client.close();
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });

  /** A `create` of a page, by default of the gateway's own origin. */
  const create = (
    headers: Readonly<Record<string, string>> = {},
    { origin = client.origin, query = '', path = '/ws' } = {},
  ) =>
    client.ask(`${path}/_fallback/v1/create${query}`, {
      headers: { origin, ...headers },
      body: createBody({ url: path, origin }),
    });

  it('is seen by a page of the own origin, with each of its challenges', async () => {
    const { status, headers, body } = await create();
    assert.deepEqual([status, body], [401, 'the server wants a login\n']);
    assert.equal(headers['www-authenticate'], CHALLENGES.join(', '));
    assert.equal(headers['x-secret'], undefined);
  });

  it('is seen by a page of a listed origin, which may read it', async () => {
    const { status, headers } = await create({}, { origin: 'http://app.example' });
    assert.equal(status, 401);
    assert.equal(headers['access-control-allow-origin'], 'http://app.example');
    assert.equal(headers['www-authenticate'], CHALLENGES.join(', '));
  });

  it('lets in who shows its login', async () => {
    const { status, body } = await create({ authorization: ANNA });
    assert.equal(status, 200);
    assert.match(body, /^token=/);
  });

  it('passes 403 without a challenge', async () => {
    refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
    const { status, headers, body } = await create();
    assert.deepEqual([status, body], [403, 'the server refused\n']);
    assert.equal(headers['www-authenticate'], undefined);
  });

  for (const status of [200, 302, 400, 404, 407, 429, 500, 503]) {
    it(`hides ${status}, as every other failure`, async () => {
      refusal = `HTTP/1.1 ${status} No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n`;
      const answer = await create();
      assert.deepEqual([answer.status, answer.body], [502, 'connection failed\n']);
      assert.equal(answer.headers['www-authenticate'], undefined);
    });
  }

  it('has no challenge for a client that says l=0, and hears of both requests once', async () => {
    const first = await create({}, { query: '?l=0' });
    assert.equal(first.status, 401);
    assert.equal(first.headers['www-authenticate'], undefined);
    const second = await create();
    assert.equal(second.status, 401);
    assert.equal(second.headers['www-authenticate'], CHALLENGES.join(', '));
    assert.equal(handshakes, 1);
    assert.equal((await create({ authorization: ANNA })).status, 200);
  });

  it('is wrapped and without a challenge for XDomainRequest', async () => {
    const { status, headers, body } = await create({}, { query: '?w=1' });
    assert.deepEqual([status, body], [200, '401;the server wants a login\n']);
    assert.equal(headers['www-authenticate'], undefined);
  });

  it('is a real 401 for a script tag, and a wrapped one with l=0', async () => {
    const ask = (more: string) => {
      const body = encodeURIComponent(createBody({ url: '/ws', origin: client.origin }));
      const headers = { referer: `${client.origin}/page` };
      return client.ask(`/ws/_fallback/v1/create?c=_fg1&b=${body}${more}`, { method: 'GET', headers });
    };
    const quiet = await ask('&l=0');
    assert.equal(quiet.status, 200);
    assert.equal(quiet.headers['www-authenticate'], undefined);
    assert.match(quiet.body, /_fg1\("401;the server wants a login\\n"\)/);
    const real = await ask('');
    assert.equal(real.status, 401);
    assert.equal(real.headers['www-authenticate'], CHALLENGES.join(', '));
  });

  it('passes what a handler in the same process answers', async () => {
    assert.equal((await create({}, { path: '/handler' })).status, 403);
    assert.equal((await create({}, { path: '/failing' })).status, 502);
  });

  it('is hidden from a page that * alone lets in', async () => {
    const { address } = server.address() as { address: string };
    const { port } = server.address() as { port: number };
    const open = await startGateway({ routes: [`/ws=ws://${address}:${port}`], origin: '*' });
    const other = new FallbackClient(open.port);
    const answer = await other.ask('/ws/_fallback/v1/create', {
      headers: { origin: 'http://any.example', authorization: ANNA },
      body: createBody({ url: '/ws', origin: 'http://any.example' }),
    });
    assert.equal(answer.status, 502);
    assert.equal(answer.headers['www-authenticate'], undefined);
    other.close();
    await open.close();
  });
});
