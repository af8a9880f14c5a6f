import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { ask, rawClient } from '../unit/http/raw-client.ts';

/** Stand for what a client would not want anybody to read. Each is sent wherever it fits. */
const SECRETS = {
  query: 'query-secret',
  cookie: 'cookie-secret',
  authorization: 'authorization-secret',
  token: 'dG9rZW4tc2VjcmV0dG9rZW4',
  sockjs: 'sockjs-secret',
  message: 'message-secret',
  userInfo: 'user-secret',
};

const CREDENTIALS = {
  cookie: `sid=${SECRETS.cookie}`,
  authorization: `Bearer ${SECRETS.authorization}`,
};

const QUERY = `?access_token=${SECRETS.query}`;

describe('the log at its most talkative', () => {
  it('has no token, cookie, credential, query or message in any line', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', format: 'json', write: (line) => lines.push(line) });
    const routes = ['/echo=echo:', '/dead=ws://127.0.0.1:1/'];
    const gateway = createGateway(
      { listen: '127.0.0.1:0', routes, demo: false, jsonp: true, grace: 0, maxSessions: 3 },
      { log },
    );
    gateway.route('/throws', () => {
      throw new Error('a handler failed');
    });
    const { port } = await gateway.listen();
    const client = new FallbackClient(port);
    const tokens: string[] = [];

    const create = (path: string, more: Record<string, string> = {}) =>
      client.ask(`${path}/_fallback/v1/create`, {
        headers: { 'x-fallback': 'create', ...CREDENTIALS, ...more },
        body: createBody({ url: `${path}${QUERY}`, origin: client.origin }),
      });

    // Sessions that open, move, and are closed; and those that are refused in each way.
    for (let count = 0; count < 4; count++) {
      const token = /token=([^&]+)/.exec((await create('/echo')).body)?.[1];
      if (token !== undefined) tokens.push(decodeURIComponent(token));
    }
    assert.ok(tokens.length > 0);
    const [token] = tokens as [string];
    await client.ask('/echo/_fallback/v1/send', {
      headers: CREDENTIALS,
      body: `${token};#1\x1eT${SECRETS.message}\x1e`,
    });
    await client.ask('/echo/_fallback/v1/xhr-polling', { body: `${token};D1,0\x1e` });
    await client.ask('/echo/_fallback/v1/xhr-polling', {
      body: `${token};D2,1\x1eC1000,${SECRETS.message}\x1e`,
    });
    await client.ask('/echo/_fallback/v1/send', { body: `${token};${SECRETS.message}` });
    await client.ask('/echo/_fallback/v1/send', { body: `${SECRETS.token};#1\x1eT\x1e` });
    await client.ask(`/echo/_fallback/v1/${SECRETS.token}/eventsource${QUERY}`, {
      method: 'GET',
      headers: CREDENTIALS,
    });
    await client.ask(`/echo/_fallback/v1/${SECRETS.token}/nothing${QUERY}`, { headers: CREDENTIALS });
    for (const path of ['/dead', '/throws', '/echo']) await create(path);
    await create('/echo', { origin: 'http://evil.example' });
    await create('/echo', { host: 'evil.example' });
    const foreign = {
      origin: 'http://evil.example',
      referer: `http://a:${SECRETS.userInfo}@evil.example/${QUERY}`,
    };
    await create('/echo', foreign);

    // SockJS, its callbacks, and its own mistakes.
    const sockjs = `/echo/000/${SECRETS.sockjs}`;
    await client.ask(`${sockjs}/xhr${QUERY}`, { headers: CREDENTIALS });
    await client.ask(`${sockjs}/xhr_send${QUERY}`, { headers: CREDENTIALS, body: `["${SECRETS.message}"]` });
    await client.ask(`${sockjs}/xhr_send${QUERY}`, { headers: CREDENTIALS, body: SECRETS.message });
    await client.ask(`${sockjs}/jsonp?c=${SECRETS.query}(`, { method: 'GET', headers: CREDENTIALS });
    await client.ask(`/dead/000/${SECRETS.sockjs}/xhr${QUERY}`, { headers: CREDENTIALS });

    // Native connections, good and bad.
    const url = `ws://127.0.0.1:${port}`;
    const native = new WebSocket(`${url}/echo${QUERY}`, { headers: CREDENTIALS });
    await once(native, 'open');
    native.send(SECRETS.message);
    native.close(4_000, SECRETS.message);
    await once(native, 'close');
    for (const path of ['/dead', '/throws', `/echo/_fallback/v1/${SECRETS.token}/websocket`]) {
      const refused = new WebSocket(`${url}${path}${QUERY}`, { headers: CREDENTIALS });
      refused.on('error', () => {});
      await new Promise((resolve) => refused.once('close', resolve));
    }

    // Requests that cannot be read, and pages.
    await ask(port, `GET /echo${QUERY} HTTP/1.1\r\nHost: a\r\nHost: b\r\nCookie: ${SECRETS.cookie}\r\n\r\n`);
    await ask(port, `GET /${QUERY} HTTP/9\r\nCookie: ${SECRETS.cookie}\r\n\r\n`);
    await client.ask(`/shim/nothing${QUERY}`, { method: 'GET', headers: CREDENTIALS });
    await client.ask(`/%zz${QUERY}`, { method: 'GET', headers: CREDENTIALS });
    rawClient(port, '').socket.destroy();
    client.close();
    await gateway.close();

    const all = lines.join('');
    // Otherwise there would be nothing to find.
    for (const message of ['connection opened', 'connection closed', 'request refused', 'backend refused']) {
      assert.match(all, new RegExp(message));
    }
    for (const secret of [...Object.values(SECRETS), ...tokens]) {
      const line = lines.find((each) => each.includes(secret));
      assert.equal(line, undefined);
    }
  });
});
