import assert from 'node:assert/strict';
import { type Services, startServices } from '../../support/clients/sockjs.ts';
import { assertCached, assertCors, assertNotCached, assertOptions, assertType } from './checks.ts';

describe('SockJS 0.3.3: static URLs', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  describe('greeting url: /', () => {
    it('greets', async () => {
      for (const path of ['', '/']) {
        const answer = await services.echo.get(path);
        assert.equal(answer.status, 200);
        assertType(answer.headers, 'text/plain;charset=UTF-8');
        assert.equal(answer.body, 'Welcome to SockJS!\n');
        assert.equal(answer.headers['set-cookie'], undefined);
      }
    });

    it('knows no other simple requests', async () => {
      for (const path of ['/a', '/a.html', '//', '///', '/a/a', '/a/a/', '/a', '/a/']) {
        assert.equal((await services.echo.get(path)).status, 404, path);
      }
    });
  });

  describe('iframe page: /iframe*.html', () => {
    const page = new RegExp(
      `
^<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script>
    document.domain = document.domain;
    _sockjs_onload = function\\(\\){SockJS.bootstrap_iframe\\(\\);};
  </script>
  <script src="(?<library>[^"]*)"></script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>$
`.trim(),
    );

    const verify = async (path: string): Promise<string> => {
      const { status, headers, body } = await services.echo.get(path);
      assert.equal(status, 200);
      assertType(headers, 'text/html;charset=UTF-8');
      assertCached(headers);
      assert.ok(headers.etag);
      assert.equal(headers['set-cookie'], undefined);
      const library = page.exec(body.trim())?.groups?.library ?? '';
      assert.match(library, /^(?:\/|http)/);
      return library;
    };

    it('is there', () => verify('/iframe.html'));

    it('is there in every version', async () => {
      const versions = ['/iframe-a.html', '/iframe-.html', '/iframe-0.1.2.html'];
      for (const path of [...versions, '/iframe-0.1.2abc-dirty.2144.html']) await verify(path);
    });

    it('is there with a query', async () => {
      const versions = ['/iframe-a.html?t=1234', '/iframe-0.1.2.html?t=123414'];
      for (const path of [...versions, '/iframe-0.1.2abc-dirty.2144.html?t=qweqweq123']) await verify(path);
    });

    it('is not at malformed urls', async () => {
      const paths = ['/iframe.htm', '/iframe', '/IFRAME.HTML', '/IFRAME', '/iframe.HTML', '/iframe.xml'];
      for (const path of [...paths, '/iframe-/.html']) {
        assert.equal((await services.echo.get(path)).status, 404, path);
      }
    });

    it('is cacheable', async () => {
      const first = await services.echo.get('/iframe.html');
      const second = await services.echo.get('/iframe.html');
      assert.equal(first.headers.etag, second.headers.etag);
      const known = await services.echo.get('/iframe.html', {
        'If-None-Match': first.headers.etag as string,
      });
      assert.equal(known.status, 304);
      assert.equal(known.headers['content-type'], undefined);
      assert.equal(known.body, '');
    });

    it('loads a library that is there', async () => {
      const library = await verify('/iframe.html');
      const answer = await services.echo.get(library.replace(/^\/echo/, ''));
      assert.equal(answer.status, 200);
      assertType(answer.headers, 'application/javascript;charset=UTF-8');
      assert.match(answer.body, /bootstrap_iframe/);
    });
  });

  describe('info test: /info', () => {
    it('tells what there is', async () => {
      const { status, headers, body } = await services.echo.get('/info');
      assert.equal(status, 200);
      assertType(headers, 'application/json;charset=UTF-8');
      assert.equal(headers['set-cookie'], undefined);
      assertNotCached(headers);
      assertCors(headers, undefined);
      const info = JSON.parse(body);
      assert.equal(info.websocket, true);
      assert.equal(info.cookie_needed, false);
      assert.deepEqual(info.origins, ['*:*']);
      assert.ok(Number.isInteger(info.entropy));
    });

    it('is a source of entropy', async () => {
      const drawn = new Set<number>();
      for (let i = 0; i < 20; i++) {
        const { entropy } = JSON.parse((await services.echo.get('/info')).body) as { entropy: number };
        assert.ok(Number.isInteger(entropy) && entropy >= 0 && entropy < 2 ** 32);
        drawn.add(entropy);
      }
      assert.equal(drawn.size, 20);
    });

    it('answers OPTIONS', () => assertOptions(services.echo, '/info', 'OPTIONS, GET'));

    it('tells that there are no WebSockets', async () => {
      const { body } = await services.withoutWebSocket.get('/info');
      assert.equal(JSON.parse(body).websocket, false);
    });
  });
});
