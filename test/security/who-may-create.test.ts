import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';

const CREATE = '/echo/_fallback/v1/create';

describe('who may open a session and use it (PROTOCOL.md §3.1, §4.2)', () => {
  let gateway: Gateway;
  let client: FallbackClient;

  before(async () => {
    gateway = createGateway({
      listen: 0,
      origin: 'http://app.example',
      demo: true,
      logLevel: 'silent',
    });
    client = new FallbackClient((await gateway.listen()).port);
  });

  after(async () => {
    client.close();
    await gateway.close(0);
  });

  async function create(
    headers: Readonly<Record<string, string>>,
    origin: string,
    path = '/echo',
  ): Promise<number> {
    const body = createBody({ url: path, origin });
    return (await client.ask(`${path}/_fallback/v1/create`, { headers, body })).status;
  }

  it('admits an engine that sends no Origin, by the header that only same-origin script can set', async () => {
    assert.equal(await create({ 'x-fallback': 'create' }, client.origin), 200);
  });

  it('admits a page of the gateway and a page of a listed origin', async () => {
    assert.equal(await create({ origin: client.origin }, client.origin), 200);
    assert.equal(await create({ origin: 'http://app.example' }, 'http://app.example'), 200);
  });

  it('treats an origin with its default port as the one without, on create and after it', async () => {
    const stated = { origin: 'http://app.example:80' };
    const { body } = await client.ask(CREATE, {
      headers: stated,
      body: createBody({ url: '/echo', origin: 'http://app.example' }),
    });
    const token = new URLSearchParams(body).get('token');
    const sent = await client.ask('/echo/_fallback/v1/send', { headers: stated, body: `${token};A0\x1e` });
    assert.equal(sent.status, 200);
  });

  it('refuses a page of another origin, whatever it states', async () => {
    assert.equal(await create({ origin: 'http://evil.example' }, 'http://evil.example'), 403);
    assert.equal(await create({ origin: 'http://evil.example' }, client.origin), 403);
    assert.equal(await create({ origin: 'http://evil.example', 'x-fallback': 'create' }, client.origin), 403);
    assert.equal(await create({ origin: 'null' }, 'null'), 403);
  });

  it('refuses a form of another page: no Origin, no header, a foreign Referer', async () => {
    assert.equal(await create({}, client.origin), 403);
    assert.equal(await create({ referer: 'http://evil.example/x' }, client.origin), 403);
    assert.equal(
      await create({ 'sec-fetch-site': 'cross-site', 'x-fallback': 'create' }, client.origin),
      403,
    );
  });

  it('accepts the Referer of an allowed page in place of an Origin', async () => {
    assert.equal(await create({ referer: 'http://app.example/page' }, 'http://app.example'), 200);
    assert.equal(await create({ referer: 'http://app.example/page' }, client.origin), 403);
  });

  it('refuses a page that states an origin other than its own', async () => {
    assert.equal(await create({ origin: 'http://app.example' }, client.origin), 403);
    assert.equal(await create({ 'x-fallback': 'create' }, 'http://app.example'), 403);
  });

  it('accepts the page’s origin from the bridge if it is allowed, and lets the bridge use the session', async () => {
    const bridge = { origin: client.origin, 'x-fallback': 'bridge' };
    const { status, body } = await client.ask(CREATE, {
      headers: bridge,
      body: createBody({ url: '/echo', origin: 'http://app.example' }),
    });
    assert.equal(status, 200);
    const token = new URLSearchParams(body).get('token');
    for (const origin of [client.origin, 'http://app.example']) {
      const path = '/echo/_fallback/v1/send';
      const sent = await client.ask(path, { headers: { origin }, body: `${token};A0\x1e` });
      assert.equal(sent.status, 200);
    }
    assert.equal(await create(bridge, 'http://evil.example'), 403);
    assert.equal(await create({ ...bridge, origin: 'http://app.example' }, client.origin), 403);
  });

  it('refuses the bridge of another origin’s page on a route for the gateway’s own pages', async () => {
    const bridge = { origin: client.origin, 'x-fallback': 'bridge' };
    assert.equal(await create(bridge, 'http://app.example', '/demo/echo'), 403);
  });

  it('refuses a rebound name, and says which option would accept it', async () => {
    const headers = { host: 'rebound.example', origin: 'http://rebound.example' };
    const body = createBody({ origin: 'http://rebound.example' });
    const answer = await client.ask(CREATE, { headers, body });
    assert.equal(answer.status, 421);
    assert.match(answer.body, /--host/);
  });

  it('opens the demo’s routes to pages of its own origin only', async () => {
    assert.equal(await create({ origin: 'http://app.example' }, 'http://app.example', '/demo/echo'), 403);
    assert.equal(await create({ origin: client.origin }, client.origin, '/demo/echo'), 200);
  });

  it('lets a page that is not listed read why it was refused, and nothing else', async () => {
    const allowed = await client.ask(CREATE, {
      headers: { origin: 'http://app.example' },
      body: createBody({ origin: 'http://app.example' }),
    });
    assert.equal(allowed.headers['access-control-allow-origin'], 'http://app.example');
    assert.equal(allowed.headers['access-control-allow-credentials'], 'true');
    const refused = await client.ask(CREATE, {
      headers: { origin: 'http://evil.example' },
      body: createBody({ origin: 'http://evil.example' }),
    });
    assert.equal(refused.headers['access-control-allow-origin'], 'http://evil.example');
    assert.equal(refused.body, 'this origin is not allowed; the option --origin adds one\n');
    assert.equal(refused.headers.vary, 'Origin');
    const headers = { origin: 'http://evil.example' };
    for (const body of ['nonce=x', 'x'.repeat(20_000)]) {
      const malformed = await client.ask(CREATE, { headers, body });
      assert.equal(malformed.headers['access-control-allow-origin'], undefined);
    }
  });

  it('grants a preflight to listed origins, and X-Fallback to nobody', async () => {
    const headers = { origin: 'http://app.example', 'access-control-request-headers': 'x-fallback' };
    const answer = await client.ask(CREATE, { method: 'OPTIONS', headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], 'http://app.example');
    assert.doesNotMatch(String(answer.headers['access-control-allow-headers']), /x-fallback/i);
  });

  it('answers another origin as if the session did not exist', async () => {
    const token = await client.create();
    const path = '/echo/_fallback/v1/send';
    const headers = { origin: 'http://app.example' };
    const foreign = await client.ask(path, { headers, body: `${token};A0\x1e` });
    const unknown = await client.ask(path, { headers, body: 'n.unknown;A0\x1e' });
    assert.deepEqual([foreign.status, foreign.body], [unknown.status, unknown.body]);
    assert.equal(foreign.status, 404);
    const own = await client.ask(path, { headers: { origin: client.origin }, body: `${token};A0\x1e` });
    assert.equal(own.status, 200);
  });

  it('makes tokens that share nothing but the node', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => client.create()));
    assert.equal(new Set(tokens).size, 50);
    const [node] = String(tokens[0]).split('.');
    for (const token of tokens) assert.match(token, new RegExp(`^${node}\\.[A-Za-z0-9_-]{22}$`));
  });
});

describe('the limits of sessions (PROTOCOL.md §12)', () => {
  it('answer 429 to an address that has its share, and 503 when all places are taken', async () => {
    for (const [option, status] of [
      ['maxSessionsPerAddress', 429],
      ['maxSessions', 503],
    ] as const) {
      const gateway = createGateway({ listen: 0, [option]: 2, demo: false, logLevel: 'silent' });
      const client = new FallbackClient((await gateway.listen()).port);
      const first = await client.create();
      await client.create();
      await assert.rejects(client.create(), new RegExp(`create: ${status}`));
      await client.post('send', first, 'X␞');
      await client.create();
      client.close();
      await gateway.close(0);
    }
  });
});

describe('a page that is allowed by * alone', () => {
  it('connects without the cookies and the authorization that the browser adds, which a listed page keeps', async () => {
    const seen: (string | string[] | undefined)[][] = [];
    const gateway = createGateway({
      listen: 0,
      origin: ['*', 'http://app.example'],
      routes: [],
      demo: false,
      logLevel: 'silent',
    });
    gateway.route('/see', (_socket, { headers, rawHeaders }) => {
      const raw = rawHeaders.filter((text) => /^(?:cookie|authorization)$/i.test(text));
      seen.push([headers.origin, headers.cookie, headers.authorization, raw.sort().join(' ').toLowerCase()]);
    });
    const { port } = await gateway.listen();
    const client = new FallbackClient(port);
    const credentials = { cookie: 'id=1', authorization: 'Basic eDp5' };
    for (const origin of ['http://any.example', 'http://app.example']) {
      const headers = { ...credentials, origin };
      await client.ask('/see/_fallback/v1/create', { headers, body: createBody({ url: '/see', origin }) });
      const native = new WebSocket(`ws://127.0.0.1:${port}/see`, { headers });
      await once(native, 'open');
      native.terminate();
    }
    const without = ['http://any.example', undefined, undefined, ''];
    const withAll = ['http://app.example', 'id=1', 'Basic eDp5', 'authorization cookie'];
    assert.deepEqual(seen, [without, without, withAll, withAll]);
    client.close();
    await gateway.close(0);
  });
});
