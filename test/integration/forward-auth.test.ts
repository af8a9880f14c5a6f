import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { event, listen, Servers } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

type Sent = Readonly<Record<string, string | string[]>>;

/** A client that has connected. */
interface Connected {
  /** Code and reason of its close. */
  readonly closed: Promise<string>;
}

describe('a route with an auth server', () => {
  const servers = new Servers();
  const clock = new TestClock();
  const clients: FallbackClient[] = [];
  const sockets: WebSocket[] = [];
  let auth: Server;
  let authPort: number;
  let backend: number;
  let gateway: Gateway;
  let port: number;
  /** What the auth server was queried, and what it answers. */
  let questions: IncomingMessage[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Fields of the handshakes that the backend got. */
  let seen: (readonly string[])[];
  let log: string;

  before(async () => {
    auth = createServer((request, response) => {
      questions.push(request);
      answer(request, response);
    });
    authPort = await listen(auth);
    backend = await servers.webSocket((socket, { rawHeaders }) => {
      seen.push(rawHeaders);
      socket.on('message', (data) => socket.send(String(data)));
    });
  });
  beforeEach(() => {
    questions = [];
    seen = [];
    log = '';
    answer = (_request, response) => response.writeHead(204, { 'X-User': 'anna' }).end();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    for (const client of clients.splice(0)) client.close();
    await close();
  });
  after(() => {
    auth.closeAllConnections();
    auth.close();
    servers.stopAll();
  });

  async function close(): Promise<void> {
    let isClosed = false;
    const closing = gateway.close(0).then(() => {
      isClosed = true;
    });
    await until('the end of the gateway', () => {
      clock.advance(1_000);
      return isClosed;
    });
    await closing;
  }

  async function start(settings: object = {}, options: GatewayOptions = {}): Promise<void> {
    const url = `http://127.0.0.1:${authPort}/check?app=1`;
    const setting = { url, headers: ['X-User', 'X-Groups'], every: '1m', ...settings };
    const routes = [
      { path: '/ws', backend: `ws://127.0.0.1:${backend}`, auth: setting },
      { path: '/stomp', backend: `ws://127.0.0.1:${backend}`, stomp: {}, auth: setting },
      `/open=ws://127.0.0.1:${backend}`,
    ];
    const write = (line: string): void => {
      log += line;
    };
    gateway = createGateway(
      { listen: '127.0.0.1:0', grace: 0, routes, ...options },
      { clock, log: createLog({ level: 'info', format: 'json', write }) },
    );
    ({ port } = await gateway.listen());
  }

  function newClient(): FallbackClient {
    const client = new FallbackClient(port);
    clients.push(client);
    return client;
  }

  /** Each way to connect: rejects with the status. */
  const ways: Readonly<Record<string, (headers?: Sent, path?: string) => Promise<Connected>>> = {
    natively: (headers = {}, path = '/ws') =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}?q=1`, { headers });
        sockets.push(socket);
        const closed = new Promise<string>((done) => {
          socket.on('close', (code, reason) => done(`${code} ${reason}`));
        });
        socket.on('error', () => {});
        socket.on('open', () => resolve({ closed }));
        socket.on('unexpected-response', (_request, response) => {
          socket.terminate();
          reject(refusal(response.statusCode ?? 0, response.headers['www-authenticate']));
        });
      }),
    'natively, not spliced': (headers) => ways.natively?.(headers, '/stomp') as Promise<Connected>,
    'by a fallback': async (headers = {}) => {
      const client = newClient();
      const {
        status,
        headers: fields,
        body,
      } = await client.ask('/ws/_fallback/v1/create', {
        headers: { origin: client.origin, ...headers } as Record<string, string>,
        body: createBody({ url: '/ws?q=1', origin: client.origin }),
      });
      if (status !== 200) throw refusal(status, fields['www-authenticate']);
      const token = new URLSearchParams(body).get('token') ?? '';
      await client.post('send', token, 'A0␞', '/ws');
      const closed = client
        .post('xhr-polling', token, 'D1,0␞', '/ws')
        .then(({ body: frames }) => /C([^␞]*)␞/.exec(frames)?.[1]?.replace(',', ' ') ?? frames);
      return { closed };
    },
    'by SockJS': async (headers = {}) => {
      const client = newClient();
      const path = `/ws/000/s${Math.random().toString(36).slice(2)}/xhr?q=1`;
      const sent = headers as Record<string, string>;
      const { status, headers: fields, body } = await client.ask(path, { headers: sent });
      if (status !== 200) throw refusal(status, fields['www-authenticate']);
      assert.equal(body, 'o\n');
      const closed = client
        .ask(path, { headers: sent })
        .then(({ body: frame }) => frame.replace(/^c\[(\d+),"(.*)"\]\n$/, '$1 $2'));
      return { closed };
    },
  };

  const refusal = (status: number, challenge: string | undefined): Error =>
    new Error(challenge === undefined ? `${status}` : `${status} ${challenge}`);

  const valuesOf = (name: RegExp): string[] => {
    const [fields = []] = seen;
    return fields.filter((_, index) => index % 2 === 1 && name.test(fields[index - 1] as string));
  };

  for (const [way, connect] of Object.entries(ways)) {
    describe(way, () => {
      it('asks once, with the cookies and credentials of the client and what it wants', async () => {
        await start();
        await connect({ cookie: 'login=1', authorization: 'Bearer x' });
        assert.equal(questions.length, 1);
        const { method, url, headers } = questions[0] as IncomingMessage;
        assert.deepEqual([method, url, headers.host], ['GET', '/check?app=1', `127.0.0.1:${authPort}`]);
        assert.deepEqual([headers.cookie, headers.authorization], ['login=1', 'Bearer x']);
        const path = way === 'natively, not spliced' ? '/stomp' : '/ws';
        assert.equal(headers['x-original-uri'], `${path}?q=1`);
        assert.equal(headers['x-original-url'], `http://127.0.0.1:${port}${path}?q=1`);
        assert.equal(headers['x-forwarded-for'], '127.0.0.1');
        assert.equal(headers['sec-websocket-key'], undefined);
      });

      it('sets the fields of the answer on the handshake; none of the client overrides one', async () => {
        await start();
        await connect({
          ...{ 'x-user': 'mallory', X_User: 'mallory', 'x-groups': 'admins', x_groups: 'admins' },
          connection: way.startsWith('natively') ? 'Upgrade, X-User' : 'close, X-User',
        });
        assert.deepEqual(valuesOf(/^x[-_]user$/i), ['anna']);
        assert.deepEqual(valuesOf(/^x[-_]groups$/i), []);
        const opened = log.split('\n').find((line) => line.includes('"connection opened"')) ?? '{}';
        assert.equal(JSON.parse(opened).user, 'anna');
      });

      for (const status of [401, 403]) {
        it(`passes ${status} to the client, and the backend hears nothing`, async () => {
          await start();
          const fields = { 'www-authenticate': 'Basic realm="x"' };
          answer = (_request, response) => response.writeHead(status, fields).end('a long page');
          const challenge = status === 401 || way.startsWith('natively') ? ' Basic realm="x"' : '';
          await assert.rejects(connect(), new RegExp(`^Error: ${status}${challenge}`));
          assert.deepEqual(seen, []);
          assert.match(log, new RegExp(`"status":${status},.*"code":"GW_AUTH",.*"auth refused"`));
        });
      }

      for (const status of [302, 404, 500]) {
        it(`answers 502 where the auth server answers ${status}, and says so`, async () => {
          await start();
          answer = (_request, response) => response.writeHead(status, { location: '/' }).end();
          await assert.rejects(connect(), /^Error: 502/);
          assert.match(log, new RegExp(`GW_AUTH_FAILED.*answered ${status}`));
          assert.deepEqual(seen, []);
        });
      }

      it('answers 503 where the auth server does not answer in time', async () => {
        await start({ timeout: '5s' });
        answer = () => clock.advance(5_000);
        await assert.rejects(connect(), /^Error: 503/);
        assert.match(log, /GW_AUTH_TIMEOUT.*did not answer within 5000 ms/);
      });

      it('asks again as long as the connection lives, and a no closes it with 1008', async () => {
        const sockjs = { sessionTimeout: '10m' };
        await start({ every: '1s', timeout: '1m' }, { attachTimeout: '10m', heartbeat: '50s', sockjs });
        const { closed } = await connect({ cookie: 'login=1' });
        await until('the backend', () => seen.length === 1);
        clock.advance(999);
        assert.equal(questions.length, 1);
        clock.advance(1);
        await until('the second question', () => questions.length === 2);
        assert.equal(questions[1]?.headers.cookie, 'login=1');
        answer = (_request, response) => response.writeHead(403).end();
        await until('the third question', () => {
          clock.advance(1_000);
          return questions.length === 3;
        });
        assert.equal(await closed, '1008 login ended');
        // A client that acknowledges nothing has its session a while longer.
        clock.advance(600_000);
        const last = () => log.split('\n').find((line) => line.includes('"login ended"'));
        await until('the line', () => last() !== undefined);
        const { code, by } = JSON.parse(last() as string);
        assert.deepEqual([code, by], [1008, 'gateway']);
      });
    });
  }

  it('ends no connection because the auth server fails', async () => {
    await start({ timeout: '1m', every: '1s' });
    const { closed } = await (ways.natively as NonNullable<(typeof ways)[string]>)();
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    answer = (_request, response) => response.writeHead(500).end();
    clock.advance(1_000);
    await until('a line', () => log.includes('GW_AUTH_FAILED'));
    assert.equal(isClosed, false);
    answer = (_request, response) => response.writeHead(401).end();
    await until('the next question', () => {
      clock.advance(1_000);
      return questions.length === 3;
    });
    assert.equal(await closed, '1008 login ended');
  });

  it('asks about nobody who has gone, and never with every: off', async () => {
    await start();
    await ways.natively?.();
    sockets[0]?.terminate();
    await until('the end', () => log.includes('"connection closed"'));
    clock.advance(600_000);
    await close();
    await start({ every: 'off' });
    await ways.natively?.();
    clock.advance(600_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(questions.length, 2);
  });

  it('is queried without the cookies of a page that * alone lets in', async () => {
    await start({}, { origin: '*' });
    await ways['by a fallback']?.({ cookie: 'login=1' });
    const client = newClient();
    await client.ask('/ws/_fallback/v1/create', {
      headers: { origin: 'http://any.example', cookie: 'login=1' },
      body: createBody({ url: '/ws', origin: 'http://any.example' }),
    });
    assert.deepEqual(
      questions.map(({ headers }) => headers.cookie),
      ['login=1', undefined],
    );
  });

  it('repeats a question whose idle connection the auth server has ended', async () => {
    await start();
    await ways.natively?.();
    auth.closeIdleConnections();
    await ways.natively?.();
    assert.equal(seen.length, 2);
  });

  it('is nothing to other routes', async () => {
    await start();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/open`);
    sockets.push(socket);
    await event(socket, 'open');
    assert.equal(questions.length, 0);
  });

  it('is checked when it is configured', () => {
    const wrong = (setting: object | string, message: RegExp, more: object = {}): void =>
      assert.throws(
        () => createGateway({ routes: [{ path: '/ws', backend: 'echo:', auth: setting, ...more } as never] }),
        message,
      );
    wrong('ftp://x', /routes\[0\]\.auth "ftp:\/\/x" must be the URL of an auth server/);
    wrong('http://user:pass@x/', /must be the URL of an auth server/);
    wrong({ url: 'http://x', headers: 'Upgrade' }, /must be the name of a header field/);
    wrong({ url: 'http://x', evry: 1 }, /did you mean routes\[0\]\.auth\.every/);
    wrong({ url: 'http://x', ca: 'x.pem' }, /auth\.ca is for an https:\/\/ auth server/);
  });
});
