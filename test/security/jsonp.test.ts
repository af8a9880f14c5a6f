import assert from 'node:assert/strict';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { type Answer, createBody, FallbackClient } from '../support/clients/fallback-client.ts';

/** The text that a script calls back with. */
function argumentOf({ body }: Answer): string {
  const call = /^\/\*\*\/typeof _fg7==="function"&&_fg7\((".*")\);$/s.exec(body);
  assert.ok(call, `no call: ${body}`);
  return JSON.parse(call[1] as string);
}

describe('what script tags and forms may do (PROTOCOL.md §4.4)', () => {
  let gateway: Gateway;
  let closed: Gateway;
  let client: FallbackClient;
  let closedClient: FallbackClient;

  before(async () => {
    const common = { listen: 0, origin: 'http://app.example', logLevel: 'silent' } as const;
    gateway = createGateway({ ...common, jsonp: true, demo: false, maxBody: '4KiB' });
    closed = createGateway({ ...common, demo: true });
    client = new FallbackClient((await gateway.listen()).port);
    closedClient = new FallbackClient((await closed.listen()).port);
  });

  after(async () => {
    client.close();
    closedClient.close();
    await gateway.close(0);
    await closed.close(0);
  });

  interface Script {
    readonly headers?: Readonly<Record<string, string>>;
    readonly callback?: string;
    readonly path?: string;
    readonly by?: FallbackClient;
  }

  function script(action: string, body: string, more: Script = {}): Promise<Answer> {
    const { headers = {}, callback = '_fg7', path = '/echo', by = client } = more;
    const query = `c=${callback}&b=${encodeURIComponent(body)}`;
    return by.ask(`${path}/_fallback/v1/${action}?${query}`, { method: 'GET', headers });
  }

  const page = () => ({ referer: `${client.origin}/page.html` });

  it('opens a session, by the Referer of a page of the gateway', async () => {
    const answer = await script('create', createBody({ origin: client.origin }), { headers: page() });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/javascript; charset=utf-8');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cache-control'], 'no-store, no-transform');
    const fields = new URLSearchParams(argumentOf(answer));
    assert.equal(fields.get('end'), '1');
    assert.ok(fields.get('carriers')?.split(',').includes('jsonp-polling'));
  });

  it('opens none without a Referer, with another site’s, or if the browser says that the page is of another site', async () => {
    const own = createBody({ origin: client.origin });
    const refused: readonly [Readonly<Record<string, string>>, string][] = [
      [{}, own],
      [{ referer: 'http://evil.example/' }, own],
      [{ referer: 'http://evil.example/' }, createBody({ origin: 'http://evil.example' })],
      [{ ...page(), 'sec-fetch-site': 'cross-site' }, own],
      [{ referer: 'http://app.example/', 'sec-fetch-site': 'same-site' }, own],
      [page(), createBody({ origin: 'http://app.example' })],
    ];
    for (const [headers, body] of refused) {
      const answer = await script('create', body, { headers });
      assert.match(argumentOf(answer), /^403;/, JSON.stringify(headers));
    }
    const listed = { headers: { referer: 'http://app.example/x' } };
    assert.match(
      argumentOf(await script('create', createBody({ origin: 'http://app.example' }), listed)),
      /^token=/,
    );
  });

  it('does nothing where JSONP is off, and no route lists it', async () => {
    const by = closedClient;
    const headers = { referer: `${by.origin}/` };
    const body = createBody({ origin: by.origin });
    const answer = await script('create', body, { by, headers });
    assert.equal(argumentOf(answer), '403;JSONP is not allowed here; the option --jsonp allows it\n');
    const token = await by.create();
    for (const [path, method] of [
      [`send?c=_fg7&b=${token}%3BA0%1E`, 'GET'],
      [`jsonp-polling?c=_fg7&b=${token}%3BD1,0%1E`, 'GET'],
      ['jsonp-polling', 'POST'],
      ['send?f=1', 'POST'],
    ] as const) {
      const ask = { method, body: method === 'POST' ? `${token};D1,0\x1e` : '' };
      assert.equal((await by.ask(`/echo/_fallback/v1/${path}`, ask)).status, 403, path);
    }
    const created = await by.ask('/echo/_fallback/v1/create', { headers: { 'x-fallback': 'create' }, body });
    assert.doesNotMatch(created.body, /jsonp/);
  });

  it("is there on the demo's routes, for the demo's own pages", async () => {
    const by = closedClient;
    const path = '/demo/echo';
    const own = { headers: { referer: `${by.origin}/` }, by, path };
    assert.match(
      argumentOf(await script('create', createBody({ origin: by.origin, url: path }), own)),
      /jsonp-polling/,
    );
    const foreign = { headers: { referer: 'http://app.example/' }, by, path };
    const body = createBody({ origin: 'http://app.example', url: path });
    assert.match(argumentOf(await script('create', body, foreign)), /^403;/);
  });

  it('never calls a function of another name, and repeats none', async () => {
    for (const callback of [
      'alert',
      '_fg7.x',
      '_fg7%0a',
      '%5ffg7',
      '_fg7(1)//',
      '<script>',
      '',
      'CWSMIKI0hCD0Up0IZUnnnnnn',
    ]) {
      const answer = await script('create', createBody({ origin: client.origin }), {
        callback,
        headers: page(),
      });
      assert.equal(answer.status, 400, callback);
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
      assert.equal(answer.body, 'bad callback\n');
    }
  });

  it('makes no script of the answer to a POST', async () => {
    const ask = { headers: { origin: client.origin }, body: createBody({ origin: client.origin }) };
    const answer = await client.ask('/echo/_fallback/v1/create?c=_fg7', ask);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(answer.body, /^token=/);
  });

  it('gives a script no stream, and no action that is not for scripts', async () => {
    const token = await client.create();
    for (const action of ['xhr-streaming', 'xhr-polling', 'xdr-polling', 'xdr-streaming']) {
      assert.equal((await script(action, `${token};D1,0\x1e`)).status, 405, action);
    }
    assert.equal(
      (await script(`${token}/eventsource`, 'D1,0')).headers['content-type'],
      'text/plain; charset=utf-8',
    );
    assert.match(argumentOf(await script('jsonp-polling', `${token};D1,0,b\x1e`)), /^400;/);
  });

  it('answers an unknown token, a malformed body and one that is too long as it answers other requests', async () => {
    const token = await client.create();
    assert.equal(argumentOf(await script('send', 'n.unknown;A0\x1e')), '404;Eg\x1e');
    assert.match(argumentOf(await script('send', `${token};Q\x1e`)), /^400;/);
    assert.match(argumentOf(await script('send', 'nothing')), /^400;/);
    assert.match(argumentOf(await script('send', `${token};#1\x1eT${'x'.repeat(6000)}\x1e`)), /^413;/);
    const broken = await client.ask('/echo/_fallback/v1/send?c=_fg7&b=%E4', { method: 'GET' });
    assert.match(argumentOf(broken), /^400;/);
    assert.equal(argumentOf(await script('send', `${token};A0\x1e`)), 'A0\x1e');
  });

  it('accepts a form, and shows nothing of it', async () => {
    const token = await client.create();
    const form = (body: string) =>
      client.ask('/echo/_fallback/v1/send?f=1', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: client.origin },
        body,
      });
    const field = (body: string) => `b=${encodeURIComponent(encodeURIComponent(body))}`;
    const answers = [
      await form(field(`${token};#1\x1eT</script>ä\x1e`)),
      await form(field('n.unknown;A0\x1e')),
      await form('x=<script>'),
      await form('b=%25E4'),
    ];
    for (const answer of answers) {
      assert.deepEqual([answer.status, answer.body], [200, 'ok']);
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    }
    assert.equal(argumentOf(await script('send', `${token};A0\x1e`)), 'A1\x1e');
    const polled = argumentOf(await script('jsonp-polling', `${token};D1,0\x1e`));
    assert.ok(polled.endsWith('T</script>ä\x1e'), polled);
  });

  it('refuses a form of another origin that has the token, and one that is longer than any body can get', async () => {
    const token = await client.create();
    const body = `b=${encodeURIComponent(encodeURIComponent(`${token};#1\x1eTx\x1e`))}`;
    const headers = { origin: 'http://app.example' };
    await client.ask('/echo/_fallback/v1/send?f=1', { headers, body });
    assert.equal(argumentOf(await script('send', `${token};A0\x1e`)), 'A0\x1e');
    const long = await client.ask('/echo/_fallback/v1/send?f=1', { body: `b=${'x'.repeat(30_000)}` });
    assert.deepEqual([long.status, long.body], [200, 'ok']);
    const own = { origin: client.origin };
    const tooLong = `b=${token}%253B%25231%251ET${'x'.repeat(6000)}%251E`;
    await client.ask('/echo/_fallback/v1/send?f=1', { headers: own, body: tooLong });
    assert.equal(argumentOf(await script('send', `${token};A0\x1e`)), 'A0\x1e');
  });
});

describe('the answer to an XDomainRequest (PROTOCOL.md §4.4)', () => {
  it('has the status in its body and the page’s origin in its head, own or listed, and lets any page read a refusal', async () => {
    const gateway = createGateway({
      listen: 0,
      origin: 'http://app.example',
      demo: false,
      logLevel: 'silent',
    });
    const client = new FallbackClient((await gateway.listen()).port);
    const ask = (origin: string, body: string) =>
      client.ask('/echo/_fallback/v1/create?w=1', { headers: { origin }, body });
    for (const origin of [client.origin, 'http://app.example']) {
      const good = await ask(origin, createBody({ origin }));
      assert.equal(good.headers['access-control-allow-origin'], origin);
      assert.match(good.body, /^token=.*&end=1$/);
      const bad = await ask(origin, 'x');
      assert.deepEqual([bad.status, bad.body], [200, '400;unknown field\n']);
      assert.equal(bad.headers['access-control-allow-origin'], origin);
    }
    const evil = await ask('http://evil.example', createBody({ origin: 'http://evil.example' }));
    assert.match(evil.body, /^403;this origin is not allowed; the option --origin adds one\n$/);
    assert.equal(evil.headers['access-control-allow-origin'], 'http://evil.example');
    const headers = { origin: 'http://evil.example', host: 'evil.example' };
    const host = await client.ask('/echo/_fallback/v1/create?w=1', { headers });
    assert.match(host.body, /^421;/);
    assert.equal(host.headers['access-control-allow-origin'], 'http://evil.example');
    const script = await client.ask('/echo/_fallback/v1/create?c=_fg1&b=x', { method: 'GET', headers });
    assert.match(script.body, /_fg1\("421;/);
    client.close();
    await gateway.close(0);
  });
});
