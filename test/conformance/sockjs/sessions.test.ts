import assert from 'node:assert/strict';
import { type Services, startServices } from '../../support/clients/sockjs.ts';

describe('SockJS 0.3.3: session URLs, protocol and framing', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  describe('top session URL: /<server>/<session>', () => {
    it('has any value for server and session', async () => {
      for (const path of ['/a/a', '/_/_', '/1/1', '/abcdefgh_i-j%20/abcdefg_i-j%20']) {
        const answer = await services.echo.post(`${path}/xhr`);
        assert.equal(answer.status, 200);
        assert.equal(answer.body, 'o\n');
      }
    });

    it('has no empty ones, no dots, and not less or more of them', async () => {
      for (const path of ['//', '/a./a', '/a/a.', '/./.', '/', '///']) {
        assert.equal((await services.echo.get(`${path}/xhr`)).status, 404, path);
        assert.equal((await services.echo.post(`${path}/xhr`)).status, 404, path);
      }
    });

    it('is of the same session whatever the server', async () => {
      const session = services.echo.session('').slice(1);
      assert.equal((await services.echo.post(`/000${session}/xhr`)).body, 'o\n');
      const sent = await services.echo.post(`/000${session}/xhr_send`, '["a"]');
      assert.equal(sent.status, 204);
      assert.equal(sent.body, '');
      assert.equal((await services.echo.post(`/999${session}/xhr`)).body, 'a["a"]\n');
    });
  });

  describe('protocol and framing', () => {
    it('carries messages, and refuses a second receiver', async () => {
      const session = services.echo.session();
      assert.equal((await services.echo.post(`${session}/xhr`)).body, 'o\n');
      assert.equal((await services.echo.post(`${session}/xhr_send`, '["a"]')).status, 204);
      assert.equal((await services.echo.post(`${session}/xhr`)).body, 'a["a"]\n');
      assert.equal((await services.echo.post('/000/bad_session/xhr_send', '["a"]')).status, 404);

      // Whichever comes first is the receiver.
      const both = [services.echo.post(`${session}/xhr`), services.echo.post(`${session}/xhr`)];
      const second = await Promise.race(both);
      assert.equal(second.status, 200);
      assert.equal(second.body, 'c[2010,"Another connection still open"]\n');
      await services.echo.post(`${session}/xhr_send`, '["end"]');
      const answers = await Promise.all(both);
      assert.ok(answers.some(({ body }) => body === 'a["end"]\n'));
    });

    it('tells the close again and again until the session is forgotten', async () => {
      const session = services.close.session();
      assert.equal((await services.close.post(`${session}/xhr`)).body, 'o\n');
      for (let i = 0; i < 3; i++) {
        const answer = await services.close.post(`${session}/xhr`);
        assert.equal(answer.status, 200);
        assert.equal(answer.body, 'c[3000,"Go away!"]\n');
      }
    });
  });
});
