import assert from 'node:assert/strict';
import { RESPONSE_LIMIT, type Services, startServices } from '../../support/clients/sockjs.ts';
import { assertNotCached, assertType } from './checks.ts';

describe('SockJS 0.3.3: EventSource and HtmlFile', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  describe('EventSource: /*/*/eventsource', () => {
    it('carries messages, after a prelude', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('GET', `${session}/eventsource`);
      assert.equal(stream.status, 200);
      assertType(stream.headers, 'text/event-stream;charset=UTF-8');
      assertNotCached(stream.headers);
      await stream.expect('\r\n');
      await stream.expect('data: o\r\n\r\n');
      const sent = await services.echo.post(`${session}/xhr_send`, '["x"]');
      assert.equal(sent.status, 204);
      assert.equal(sent.body, '');
      await stream.expect('data: a["x"]\r\n\r\n');
      await services.echo.post(`${session}/xhr_send`, String.raw`["  \u0000\n\r "]`);
      await stream.expect(`${String.raw`data: a["  \u0000\n\r "]`}\r\n\r\n`);
      stream.close();
    });

    it('ends when its limit is reached', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('GET', `${session}/eventsource`);
      await stream.expect('\r\ndata: o\r\n\r\n');
      const message = `"${'x'.repeat(RESPONSE_LIMIT)}"`;
      assert.equal((await services.echo.post(`${session}/xhr_send`, `[${message}]`)).status, 204);
      await stream.expect(`data: a[${message}]\r\n\r\n`);
      assert.equal(await stream.rest(), '');
    });
  });

  describe('HtmlFile: /*/*/htmlfile', () => {
    const head = (callback: string): string =>
      `
<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>
`.trim();
    /** It is one of the callback forms, which need to know who asks. */
    const own = (): { referer: string } => ({ referer: `${new URL(services.echo.base).origin}/page` });

    it('carries messages, after a page', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('GET', `${session}/htmlfile?c=%63allback`, { headers: own() });
      assert.equal(stream.status, 200);
      assertType(stream.headers, 'text/html;charset=UTF-8');
      assertNotCached(stream.headers);
      const open = '<script>\np("o");\n</script>\r\n';
      let page = '';
      while (!page.endsWith(open)) page += await stream.read(1);
      page = page.slice(0, -open.length);
      assert.equal(page.trim(), head('callback'));
      assert.ok(page.length > 1024);
      assert.equal((await services.echo.post(`${session}/xhr_send`, '["x"]')).status, 204);
      await stream.expect('<script>\np("a[\\"x\\"]");\n</script>\r\n');
      stream.close();
    });

    // The text has 500 here.
    it('needs a callback', async () => {
      const answer = await services.echo.get('/a/a/htmlfile', own());
      assert.equal(answer.status, 400);
      assert.match(answer.body, /"callback" parameter required/);
    });

    it('ends when its limit is reached', async () => {
      const session = services.echo.session();
      const stream = await services.echo.open('GET', `${session}/htmlfile?c=callback`, { headers: own() });
      const page = `${head('callback').padEnd(1031)}\r\n\r\n<script>\np("o");\n</script>\r\n`;
      await stream.expect(page);
      const message = 'x'.repeat(RESPONSE_LIMIT);
      assert.equal((await services.echo.post(`${session}/xhr_send`, `["${message}"]`)).status, 204);
      await stream.expect(`<script>\np("a[\\"${message}\\"]");\n</script>\r\n`);
      assert.equal(await stream.rest(), '');
    });
  });
});
