import assert from 'node:assert/strict';
import { type Services, type SockJsRequests, startServices } from '../../support/clients/sockjs.ts';
import { assertNotCached, assertType } from './checks.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/**
 * The comment before the call is ours, and that of sockjs 0.3.24: without it the answer could be
 * read as a Flash file (CVE-2014-4671).
 */
const call = (callback: string, frame: string): string => `/**/${callback}(${JSON.stringify(frame)});\r\n`;

describe('SockJS 0.3.3: JsonpPolling, JSESSIONID cookie', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  /** It is one of the callback forms, which need to know who asks. */
  const jsonp = (requests: SockJsRequests, path: string) =>
    requests.get(path, { referer: `${new URL(requests.base).origin}/page` });

  describe('JsonpPolling: /*/*/jsonp, /*/*/jsonp_send', () => {
    it('carries messages', async () => {
      const session = services.echo.session();
      const opened = await jsonp(services.echo, `${session}/jsonp?c=%63allback`);
      assert.equal(opened.status, 200);
      assertType(opened.headers, 'application/javascript;charset=UTF-8');
      assertNotCached(opened.headers);
      assert.equal(opened.body, call('callback', 'o'));

      const sent = await services.echo.post(`${session}/jsonp_send`, 'd=%5B%22x%22%5D', FORM);
      assert.equal(sent.body, 'ok');
      assert.equal(sent.status, 200);
      assertType(sent.headers, 'text/plain;charset=UTF-8');
      assertNotCached(sent.headers);

      const answer = await jsonp(services.echo, `${session}/jsonp?c=%63allback`);
      assert.equal(answer.status, 200);
      assert.equal(answer.body, call('callback', 'a["x"]'));
    });

    it('is called by the name at the end, whatever the page’s own query has', async () => {
      const answer = await jsonp(services.echo, `${services.echo.session()}/jsonp?c=own&c=_jp.aabc`);
      assert.equal(answer.body, call('_jp.aabc', 'o'));
    });

    // The text has 500 here and below.
    it('needs a callback', async () => {
      const answer = await jsonp(services.echo, '/a/a/jsonp');
      assert.equal(answer.status, 400);
      assert.match(answer.body, /"callback" parameter required/);
    });

    it('tells what is wrong with a body, and goes on', async () => {
      const session = services.echo.session();
      assert.equal((await jsonp(services.echo, `${session}/jsonp?c=x`)).body, call('x', 'o'));
      const broken = await services.echo.post(`${session}/jsonp_send`, 'd=%5B%22x', FORM);
      assert.equal(broken.status, 400);
      assert.match(broken.body, /Broken JSON encoding\./);
      for (const body of ['', 'd=', 'p=p']) {
        const empty = await services.echo.post(`${session}/jsonp_send`, body, FORM);
        assert.equal(empty.status, 400);
        assert.match(empty.body, /Payload expected\./);
      }
      const sent = await services.echo.post(`${session}/jsonp_send`, 'd=%5B%22b%22%5D', FORM);
      assert.equal(sent.body, 'ok');
      assert.equal((await jsonp(services.echo, `${session}/jsonp?c=x`)).body, call('x', 'a["b"]'));
    });

    it('takes a form, or the array itself', async () => {
      const session = services.echo.session();
      await jsonp(services.echo, `${session}/jsonp?c=x`);
      assert.equal((await services.echo.post(`${session}/jsonp_send`, 'd=%5B%22abc%22%5D', FORM)).body, 'ok');
      const plain = { 'Content-Type': 'text/plain' };
      assert.equal((await services.echo.post(`${session}/jsonp_send`, '["%61bc"]', plain)).body, 'ok');
      const answer = await jsonp(services.echo, `${session}/jsonp?c=x`);
      assert.equal(answer.body, call('x', 'a["abc","%61bc"]'));
    });

    it('tells the close', async () => {
      const session = services.close.session();
      assert.equal((await jsonp(services.close, `${session}/jsonp?c=x`)).body, call('x', 'o'));
      for (let i = 0; i < 2; i++) {
        const answer = await jsonp(services.close, `${session}/jsonp?c=x`);
        assert.equal(answer.body, call('x', 'c[3000,"Go away!"]'));
      }
    });
  });

  describe('JSESSIONID cookie', () => {
    const cookieOf = (headers: { 'set-cookie'?: string[] | undefined }): string[] =>
      (headers['set-cookie']?.[0] ?? '').split(';').map((part) => part.trim());

    it('is announced by info, which has none', async () => {
      const answer = await services.withCookie.get('/info');
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.equal(JSON.parse(answer.body).cookie_needed, true);
    });

    it('comes with xhr, and is said back', async () => {
      const { withCookie } = services;
      const made = await withCookie.post(`${withCookie.session()}/xhr`);
      assert.equal(made.body, 'o\n');
      assert.deepEqual(cookieOf(made.headers), ['JSESSIONID=dummy', 'path=/']);
      const cookie = { Cookie: 'a=b; JSESSIONID=abcdef; c=d' };
      const back = await withCookie.post(`${withCookie.session()}/xhr`, '', cookie);
      assert.deepEqual(cookieOf(back.headers), ['JSESSIONID=abcdef', 'path=/']);
    });

    it('never replaces one of an application server, whatever it is made of', async () => {
      const { withCookie } = services;
      const cookiesFor = async (cookie: string): Promise<string[] | undefined> =>
        (await withCookie.post(`${withCookie.session()}/xhr`, '', { cookie })).headers['set-cookie'];
      for (const id of ['0000Xk9:1b2c3d', '"abc+d/e=.node1"', 'x'.repeat(1000)])
        assert.deepEqual(await cookiesFor(`a=b;JSESSIONID=${id}; c=d`), [`JSESSIONID=${id}; path=/`]);
      assert.equal(await cookiesFor('JSESSIONID=a b'), undefined);
      assert.deepEqual(await cookiesFor('XJSESSIONID=a; JSESSIONID='), ['JSESSIONID=dummy; path=/']);
    });

    it('comes with streams', async () => {
      const { withCookie } = services;
      const headers = { referer: `${new URL(withCookie.base).origin}/` };
      for (const [method, action] of [
        ['POST', 'xhr_streaming'],
        ['GET', 'eventsource'],
        ['GET', 'htmlfile?c=%63allback'],
      ] as const) {
        const stream = await withCookie.open(method, `${withCookie.session()}/${action}`, { headers });
        assert.equal(stream.status, 200);
        assert.deepEqual(cookieOf(stream.headers), ['JSESSIONID=dummy', 'path=/']);
        stream.close();
      }
    });

    it('comes with jsonp and jsonp_send', async () => {
      const { withCookie } = services;
      const session = withCookie.session();
      const opened = await jsonp(withCookie, `${session}/jsonp?c=%63allback`);
      assert.equal(opened.body, call('callback', 'o'));
      assert.deepEqual(cookieOf(opened.headers), ['JSESSIONID=dummy', 'path=/']);
      const sent = await withCookie.post(`${session}/jsonp_send`, 'd=%5B%22x%22%5D', FORM);
      assert.equal(sent.body, 'ok');
      assert.deepEqual(cookieOf(sent.headers), ['JSESSIONID=dummy', 'path=/']);
    });
  });
});
