import assert from 'node:assert/strict';
import { type Services, type SockJsRequests, startServices } from '../../support/clients/sockjs.ts';
import { ask, rawClient, statusOf } from '../../unit/http/raw-client.ts';

const PRELUDE = `${'h'.repeat(2048)}\n`;
const GO_AWAY = 'c[3000,"Go away!"]\n';
const ANOTHER = 'c[2010,"Another connection still open"]\n';

describe('SockJS 0.3.3: handling close, HTTP 1.0 and 1.1', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  /**
   * An aborted request is heard of by the server when it is: until then the session has its
   * receiver.
   */
  const afterAbort = async (requests: SockJsRequests, path: string): Promise<string> => {
    for (;;) {
      const { body } = await requests.post(path);
      if (body !== ANOTHER) return body;
    }
  };

  describe('handling close', () => {
    it('tells the close to each stream, and ends it', async () => {
      const session = services.close.session();
      const first = await services.close.open('POST', `${session}/xhr_streaming`);
      await first.expect(`${PRELUDE}o\n${GO_AWAY}`);
      const second = await services.close.open('POST', `${session}/xhr_streaming`);
      await second.expect(`${PRELUDE}${GO_AWAY}`);
      assert.equal(await first.rest(), '');
      assert.equal(await second.rest(), '');
    });

    it('refuses a second stream, and ends it', async () => {
      const session = services.echo.session();
      const first = await services.echo.open('POST', `${session}/xhr_streaming`);
      await first.expect(`${PRELUDE}o\n`);
      const second = await services.echo.open('POST', `${session}/xhr_streaming`);
      await second.expect(`${PRELUDE}${ANOTHER}`);
      assert.equal(await second.rest(), '');
      first.close();
    });

    it('forgets a session whose stream was broken off', async () => {
      const session = services.echo.session();
      const first = await services.echo.open('POST', `${session}/xhr_streaming`);
      await first.expect(`${PRELUDE}o\n`);
      first.close();
      assert.equal(await afterAbort(services.echo, `${session}/xhr`), 'o\n');
    });

    it('forgets a session whose poll was broken off', async () => {
      const session = services.echo.session();
      assert.equal((await services.echo.post(`${session}/xhr`)).body, 'o\n');
      const head = `POST /echo${session}/xhr HTTP/1.1\r\nHost: 127.0.0.1:${services.port}\r\nContent-Length: 0\r\n\r\n`;
      // Whichever comes first is held.
      const polls = [rawClient(services.port, head), rawClient(services.port, head)];
      const refused = (text: string): boolean => text.endsWith(ANOTHER);
      await Promise.race(polls.map((poll) => poll.read(refused)));
      for (const poll of polls) poll.socket.destroy();
      assert.equal(await afterAbort(services.echo, `${session}/xhr`), 'o\n');
    });
  });

  describe('HTTP 1.0', () => {
    const head = (path: string, method: string): string =>
      `${method} ${path} HTTP/1.0\r\nHost: 127.0.0.1:${services.port}\r\nConnection: Keep-Alive\r\n\r\n`;

    it('is answered with a length, and keeps the connection', async () => {
      const client = rawClient(services.port, head('/echo', 'GET'));
      const isWhole = (text: string): boolean => text.endsWith('Welcome to SockJS!\n');
      const answer = await client.read(isWhole);
      assert.equal(statusOf(answer), 200);
      assert.match(answer, /\r\nconnection: keep-alive\r\n/i);
      assert.doesNotMatch(answer, /transfer-encoding/i);
      assert.match(answer, /\r\ncontent-length: 19\r\n/i);
      assert.match(answer, /\r\n\r\nWelcome to SockJS!\n$/);
      client.socket.write(head('/echo', 'GET'));
      await client.read((text) => text.length > answer.length && isWhole(text));
      client.socket.destroy();
    });

    it('has streams without chunks', async () => {
      const answer = await ask(
        services.port,
        head(`/close${services.close.session()}/xhr_streaming`, 'POST'),
      );
      assert.equal(statusOf(answer), 200);
      assert.doesNotMatch(answer, /transfer-encoding|content-length/i);
      assert.ok(answer.endsWith(`\r\n\r\n${PRELUDE}o\n${GO_AWAY}`), answer.slice(-200));
    });
  });

  describe('HTTP 1.1', () => {
    const head = (path: string, method: string): string =>
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${services.port}\r\nContent-Length: 0\r\n\r\n`;

    it('keeps the connection', async () => {
      const requests = head('/echo', 'GET') + head('/echo/info', 'GET').repeat(2);
      const client = rawClient(services.port, requests);
      const text = await client.read(
        (came) => came.split('HTTP/1.1 200 OK').length > 3 && came.endsWith('}'),
      );
      assert.doesNotMatch(text, /connection: close/i);
      client.socket.destroy();
    });

    it('has streams in chunks', async () => {
      const path = `/close${services.close.session()}/xhr_streaming`;
      const client = rawClient(services.port, head(path, 'POST'));
      const text = await client.read((came) => came.endsWith('0\r\n\r\n'));
      assert.match(text, /\r\ntransfer-encoding: chunked\r\n/i);
      assert.doesNotMatch(text, /content-length/i);
      const body = text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g, '$1');
      assert.ok(body.startsWith(`${PRELUDE}o\n${GO_AWAY}`), body);
      client.socket.destroy();
    });
  });
});
