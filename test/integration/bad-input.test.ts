import assert from 'node:assert/strict';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { type Ask, createBody, FallbackClient, frames } from '../support/clients/fallback-client.ts';

const HEADER = { 'x-fallback': 'create' };

describe('a request that is wrong (PROTOCOL.md §11)', () => {
  let gateway: Gateway;
  let client: FallbackClient;
  let neighbour: string;

  before(async () => {
    gateway = createGateway({
      listen: 0,
      routes: ['/echo=echo:', '/other=echo:'],
      origin: ['http://elsewhere.example'],
      demo: false,
      logLevel: 'silent',
    });
    client = new FallbackClient((await gateway.listen()).port);
    neighbour = await client.create();
    await client.post('send', neighbour, '#1␞Tkept␞');
  });

  after(async () => {
    client.close();
    await gateway.close(0);
  });

  /**
   * Asks, and holds the answer against what it must be; then someone else's session must be as it
   * was.
   */
  async function refuses(status: number, path: string, ask: Ask): Promise<void> {
    const answer = await client.ask(path, ask);
    assert.equal(answer.status, status, answer.body);
    assert.ok(answer.body.length < 100, 'one short line');
    assert.doesNotMatch(answer.body, /[<>]/);
    assert.equal(answer.headers['cache-control'], 'no-store, no-transform');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    const poll = await client.post('xhr-polling', neighbour, 'D1,0␞');
    assert.equal(poll.body, frames('A1␞#1␞Tkept␞').replaceAll('\x1e', '␞'));
  }

  const creates: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
    'no nonce': { nonce: undefined },
    'a short nonce': { nonce: 'short' },
    'a nonce with other characters': { nonce: 'sixteen chars <>' },
    'no url': { url: undefined },
    'a url that is no path': { url: 'echo' },
    'a url with a fragment': { url: '/echo#x' },
    'a url with a line end': { url: '/echo?\r\nX: y' },
    'an absolute url': { url: 'ws://other/echo' },
    'no origin': { origin: undefined },
    'an origin with a path': { origin: 'http://127.0.0.1/x' },
    'an origin with a line end': { origin: 'http://a\r\nX: y' },
    'a protocol that is no token': { protocols: 'a b' },
    'an empty protocol': { protocols: 'a,,b' },
    'a protocol twice': { protocols: 'a,a' },
    'an unknown field': { color: 'red' },
  };
  for (const [name, changes] of Object.entries(creates)) {
    it(`refuses a create with ${name}`, async () => {
      const body = createBody({ origin: client.origin, ...changes });
      await refuses(400, '/echo/_fallback/v1/create', { headers: HEADER, body });
    });
  }

  it('refuses a create with a field twice', async () => {
    const body = `${createBody({ origin: client.origin })}&url=%2Fecho`;
    await refuses(400, '/echo/_fallback/v1/create', { headers: HEADER, body });
  });

  it('refuses a create body beyond its bound', async () => {
    const body = createBody({ origin: client.origin, protocols: 'x'.repeat(17_000) });
    await refuses(413, '/echo/_fallback/v1/create', { headers: HEADER, body });
  });

  const units: Readonly<Record<string, string>> = {
    'an unknown frame type': 'Q␞',
    'a session frame': 'S1␞',
    'a message without position': 'Thello␞',
    'position 0': '#0␞Thello␞',
    'a number that is none': '#one␞Thello␞',
    'the acknowledgement of what was not sent': 'A99␞',
    'a close code that may not travel': '#1␞C1006␞',
    'base64 that is none': '#1␞B!␞',
    'a bare control character': '#1␞Ta\u0001b␞',
    'a downstream where none is to be had': 'D1,0␞',
  };
  for (const [name, body] of Object.entries(units)) {
    it(`refuses a send with ${name}, and takes nothing of it`, async () => {
      const token = await client.create();
      await refuses(400, '/echo/_fallback/v1/send', { body: frames(`${token};${body}#1␞Tfirst␞`) });
      const answer = await client.post('send', token, '#1␞Tsecond␞');
      assert.equal(answer.body, 'A1␞');
    });
  }

  it('refuses text that is not UTF-8', async () => {
    const token = await client.create();
    const body = Buffer.concat([Buffer.from(frames(`${token};#1␞T`)), Buffer.from([0xff, 0x1e])]);
    await refuses(400, '/echo/_fallback/v1/send', { body });
  });

  it('refuses a poll that asks for no downstream', async () => {
    const token = await client.create();
    await refuses(400, '/echo/_fallback/v1/xhr-polling', { body: frames(`${token};A0␞`) });
  });

  it('refuses an event source whose parameters are missing', async () => {
    const token = await client.create();
    await refuses(400, `/echo/_fallback/v1/${token}/eventsource`, { method: 'GET' });
  });

  it('refuses a body without token', () => refuses(400, '/echo/_fallback/v1/send', { body: 'hello' }));
  it('refuses an empty body', () => refuses(400, '/echo/_fallback/v1/send', {}));
  it('refuses a byte-form body cut inside its token', () =>
    refuses(400, '/echo/_fallback/v1/send', { body: Buffer.from([1, 9, 65]) }));

  it('says gone to an unknown token, and to a known one on another route', async () => {
    const token = await client.create();
    for (const [path, key] of [
      ['/echo', 'n.unknown'],
      ['/other', token],
    ] as const) {
      const send = await client.post('send', key, 'A0␞', path);
      assert.deepEqual([send.status, send.body], [404, 'Eg␞']);
      const poll = await client.post('xhr-polling', key, 'D1,0␞', path);
      assert.deepEqual([poll.status, poll.body], [404, 'Eg␞']);
      const events = await client.ask(`${path}/_fallback/v1/${key}/eventsource?d=1,0`, { method: 'GET' });
      assert.deepEqual([events.status, events.body], [200, 'data:Eg␞\n\n']);
    }
  });

  it('knows no other actions, versions or routes', async () => {
    await refuses(404, '/echo/_fallback/v1/destroy', {});
    await refuses(404, '/echo/_fallback/v2/create', {});
    await refuses(404, '/echo/_fallback/v1/n.t/create', {});
    await refuses(404, '/echo/_fallback/v1/eventsource', { method: 'GET' });
    await refuses(404, '/nowhere/_fallback/v1/create', {});
  });

  it('names the right method', async () => {
    await refuses(405, '/echo/_fallback/v1/create', { method: 'GET' });
    await refuses(405, '/echo/_fallback/v1/send', { method: 'PUT' });
    const answer = await client.ask('/echo/_fallback/v1/xhr-polling', { method: 'GET' });
    assert.equal(answer.headers.allow, 'POST, OPTIONS');
  });

  it('answers a handshake whose Upgrade was taken away on the way with 426', () =>
    refuses(426, '/echo', { method: 'GET', headers: { 'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==' } }));

  it('refuses a body beyond its bound', async () => {
    const token = await client.create();
    const answer = await client.ask('/echo/_fallback/v1/send', { body: `${token};${'x'.repeat(300_000)}` });
    assert.equal(answer.status, 413);
    assert.equal((await client.post('send', token, '#1␞Tx␞')).body, 'A1␞');
  });

  it('shows pages of other origins that a body was too long', async () => {
    const token = await client.create();
    const headers = { origin: 'http://elsewhere.example' };
    const bodies = { send: `${token};${'x'.repeat(300_000)}`, create: 'x'.repeat(17_000) };
    for (const [action, body] of Object.entries(bodies)) {
      const plain = await client.ask(`/echo/_fallback/v1/${action}`, { headers, body });
      assert.deepEqual([plain.status, plain.body], [413, 'body too long\n'], action);
      assert.equal(plain.headers['access-control-allow-origin'], headers.origin, action);
      // PROTOCOL.md §4.4: an XDomainRequest sees neither status nor body of another one.
      const wrapped = await client.ask(`/echo/_fallback/v1/${action}?w=1`, { headers, body });
      assert.deepEqual([wrapped.status, wrapped.body], [200, '413;body too long\n'], action);
      assert.equal(wrapped.headers['access-control-allow-origin'], headers.origin, action);
    }
  });

  it('refuses a nonce that comes again for something else, and one whose session was attached', async () => {
    const body = (url: string): string =>
      createBody({ nonce: 'always-the-same-nonce', url, origin: client.origin });
    const create = (url: string) =>
      client.ask('/echo/_fallback/v1/create', { headers: HEADER, body: body(url) });
    const first = await create('/echo?a');
    const repeat = await create('/echo?a');
    assert.equal(repeat.body, first.body);
    assert.equal((await create('/echo?b')).status, 409);
    await client.post('send', new URLSearchParams(first.body).get('token') ?? '', '#1␞Tx␞');
    await client.post('xhr-polling', new URLSearchParams(first.body).get('token') ?? '', 'D1,0␞');
    assert.equal((await create('/echo?a')).status, 409);
  });
});
