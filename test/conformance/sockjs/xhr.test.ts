import assert from 'node:assert/strict';
import { PAGE, RESPONSE_LIMIT, type Services, startServices } from '../../support/clients/sockjs.ts';
import { assertCors, assertNotCached, assertOptions, assertType } from './checks.ts';

describe('SockJS 0.3.3: XHR', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  describe('XhrPolling: /*/*/xhr, /*/*/xhr_send', () => {
    it('answers OPTIONS', async () => {
      for (const action of ['xhr', 'xhr_send'])
        await assertOptions(services.echo, `/abc/abc/${action}`, 'OPTIONS, POST');
    });

    it('carries messages', async () => {
      const session = services.echo.session();
      const opened = await services.echo.post(`${session}/xhr`);
      assert.equal(opened.status, 200);
      assert.equal(opened.body, 'o\n');
      assertType(opened.headers, 'application/javascript;charset=UTF-8');
      assertCors(opened.headers, undefined);
      assertNotCached(opened.headers);

      const sent = await services.echo.post(`${session}/xhr_send`, '["x"]');
      assert.equal(sent.status, 204);
      assert.equal(sent.body, '');
      assertType(sent.headers, 'text/plain;charset=UTF-8');
      assertNotCached(sent.headers);

      const answer = await services.echo.post(`${session}/xhr`);
      assert.equal(answer.status, 200);
      assert.equal(answer.body, 'a["x"]\n');
    });

    it('answers 404 to a send of no session', async () => {
      assert.equal((await services.echo.post(`${services.echo.session()}/xhr_send`, '["x"]')).status, 404);
    });

    // The text has 500 here; a client's mistake is 400 with us, in the same words.
    it('tells what is wrong with a body, and goes on', async () => {
      const session = services.echo.session();
      await services.echo.post(`${session}/xhr`);
      const broken = await services.echo.post(`${session}/xhr_send`, '["x');
      assert.equal(broken.status, 400);
      assert.match(broken.body, /Broken JSON encoding\./);
      const empty = await services.echo.post(`${session}/xhr_send`, '');
      assert.equal(empty.status, 400);
      assert.match(empty.body, /Payload expected\./);
      assert.equal((await services.echo.post(`${session}/xhr_send`, '["a"]')).status, 204);
      assert.equal((await services.echo.post(`${session}/xhr`)).body, 'a["a"]\n');
    });

    it('takes a body whatever its type is said to be', async () => {
      const session = services.echo.session();
      await services.echo.post(`${session}/xhr`);
      const types = ['text/plain', 'T', 'application/json', 'application/xml', ''];
      types.push('application/json; charset=utf-8', 'text/xml; charset=utf-8', 'text/xml');
      for (const type of types) {
        const sent = await services.echo.post(`${session}/xhr_send`, '["a"]', { 'Content-Type': type });
        assert.equal(sent.status, 204);
        assert.equal(sent.body, '');
      }
      const answer = await services.echo.post(`${session}/xhr`);
      assert.equal(answer.body, `a[${types.map(() => '"a"').join(',')}]\n`);
    });

    it('says the header fields back that a page asks for', async () => {
      for (const [requested, said] of [
        ['a, b, c', 'a, b, c'],
        ['', undefined],
        ['a\tb', undefined],
      ] as const) {
        const headers = { origin: PAGE, 'Access-Control-Request-Headers': requested };
        const answer = await services.echo.post(`${services.echo.session()}/xhr`, '', headers);
        assert.equal(answer.status, 200);
        assertCors(answer.headers, PAGE);
        assert.equal(answer.headers['access-control-allow-headers'], said);
      }
    });
  });

  it('let XDomainRequest read answers of its own origin', async () => {
    const origin = new URL(services.echo.base).origin;
    const ie9 = 'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)';
    const headers = { origin, 'user-agent': ie9 };
    assertCors((await services.echo.post(`${services.echo.session()}/xhr`, '', headers)).headers, origin);
    assertCors(
      (await services.echo.post(`${services.echo.session()}/xhr`, '', { origin })).headers,
      undefined,
    );
  });

  describe('XhrStreaming: /*/*/xhr_streaming', () => {
    it('answers OPTIONS', () => assertOptions(services.echo, '/abc/abc/xhr_streaming', 'OPTIONS, POST'));

    it('carries messages, after a prelude', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('POST', `${session}/xhr_streaming`);
      assert.equal(stream.status, 200);
      assertType(stream.headers, 'application/javascript;charset=UTF-8');
      assertCors(stream.headers, undefined);
      assertNotCached(stream.headers);
      await stream.expect(`${'h'.repeat(2048)}\n`);
      await stream.expect('o\n');
      const sent = await services.echo.post(`${session}/xhr_send`, '["x"]');
      assert.equal(sent.status, 204);
      assert.equal(sent.body, '');
      await stream.expect('a["x"]\n');
      stream.close();
    });

    it('ends when its limit is reached', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('POST', `${session}/xhr_streaming`);
      await stream.expect(`${'h'.repeat(2048)}\no\n`);
      const message = `"${'x'.repeat(128)}"`;
      for (let bytes = 2; bytes < RESPONSE_LIMIT; bytes += message.length + 4) {
        assert.equal((await services.echo.post(`${session}/xhr_send`, `[${message}]`)).status, 204);
        await stream.expect(`a[${message}]\n`);
      }
      assert.equal(await stream.rest(), '');
    });
  });
});
