import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import type { GatewayOptions, GatewaySocket } from '../../gateway/index.ts';
import { PAGE, SocketReader, SockJsRequests } from '../support/clients/sockjs.ts';
import { usedMemory } from '../support/machine/memory.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { ask, rawClient, statusOf } from '../unit/http/raw-client.ts';

const ELSEWHERE = 'http://elsewhere.example';

describe('a hostile client of SockJS', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let echo: SockJsRequests;
  const stops: (() => Promise<void> | void)[] = [];

  const start = async (options: GatewayOptions, add?: Parameters<typeof startGateway>[1]) => {
    const made = await startGateway({ routes: ['/echo=echo:', '/other=echo:'], ...options }, add);
    const requests = new SockJsRequests(`http://127.0.0.1:${made.port}/echo`);
    stops.push(
      () => requests.close(),
      () => made.close(),
    );
    return { made, requests };
  };

  before(async () => {
    ({ made: gateway, requests: echo } = await start({ origin: PAGE, jsonp: true, maxMessage: '64KiB' }));
  });

  after(async () => {
    for (const stop of stops) await stop();
  });

  /** Other clients are served as before. */
  afterEach(async () => {
    const session = echo.session();
    assert.equal((await echo.post(`${session}/xhr`)).body, 'o\n');
    assert.equal((await echo.post(`${session}/xhr_send`, '["a"]')).status, 204);
    assert.equal((await echo.post(`${session}/xhr`)).body, 'a["a"]\n');
  });

  /** A session that is open, for somebody of this origin. */
  const open = async (requests = echo, headers: Record<string, string> = {}): Promise<string> => {
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`, '', headers)).body, 'o\n');
    return session;
  };

  describe('with a wrong Upgrade', () => {
    const head = (path: string, fields: readonly string[]): string =>
      [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${gateway.port}`, ...fields, '', ''].join('\r\n');

    // CVE-2020-7693: the reference server's process ended.
    for (const [name, fields] of [
      ['of nothing', ['Connection: Upgrade', 'Upgrade: ']],
      ['to something else', ['Connection: Upgrade', 'Upgrade: h2c']],
      ['without a key', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']],
      [
        'with a bad key',
        ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: x'],
      ],
      ['of odd case', ['Connection: uPgRaDe', 'Upgrade: \tWebSocket,']],
    ] as const) {
      it(`${name} is refused`, async () => {
        for (const path of ['/echo/000/a/websocket', '/echo/websocket', '/echo/000/a/xhr', '/echo/info']) {
          const answer = await ask(gateway.port, head(path, fields), (text) => text.includes('\r\n\r\n'));
          if (path.endsWith('websocket')) assert.match(answer, /^HTTP\/1\.1 4/, path);
          else assert.match(answer, /^HTTP\/1\.1 [24]/, path);
        }
      });
    }
  });

  describe('with a body', () => {
    it('of 100 MB is refused at its head', async () => {
      const session = await open();
      const head = `POST /echo${session}/xhr_send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n`;
      const answer = await ask(gateway.port, head, (text) => text.includes('\r\n\r\n'));
      assert.equal(statusOf(answer), 413);
      assert.equal((await echo.post(`${session}/xhr_send`, '["x"]')).status, 204);
    });

    it('of 100 MB for no session is not waited for', async () => {
      const head =
        'POST /echo/000/none/xhr_send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n';
      assert.equal(statusOf(await ask(gateway.port, head, (text) => text.includes('\r\n\r\n'))), 404);
    });

    it('that never ends is refused at its bound', async () => {
      const session = await open();
      const client = rawClient(
        gateway.port,
        `POST /echo${session}/xhr_send HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
      for (let sent = 0; sent < 70_000; sent += 4096) client.socket.write(chunk);
      assert.equal(statusOf(await client.read((text) => text.includes('\r\n\r\n'))), 413);
      client.socket.destroy();
    });

    for (const [name, body] of [
      ['that is broken', '["a'],
      ['that is no array', '{"length":1,"0":"a"}'],
      ['of other things than text', '["a",{"toString":1}]'],
      ['of null', 'null'],
      ['of 70,000 messages', `[${'"",'.repeat(21_000)}""`],
      ['deeper than any stack', '['.repeat(60_000)],
      ['that is not UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])],
    ] as const) {
      it(`${name} is a mistake, and the session goes on`, async () => {
        const session = await open();
        const sent = await echo.ask('POST', `${session}/xhr_send`, { body: body as string | Buffer });
        assert.equal(sent.status, 400);
        assert.equal((await echo.post(`${session}/xhr_send`, '["b"]')).status, 204);
        assert.equal((await echo.post(`${session}/xhr`)).body, 'a["b"]\n');
      });
    }

    it('that comes when its session is over is for no session', async () => {
      const session = echo.session();
      const stream = await echo.open('POST', `${session}/xhr_streaming`);
      await stream.expect(`${'h'.repeat(2048)}\no\n`);
      const head = `POST /echo${session}/xhr_send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n`;
      const client = rawClient(gateway.port, `${head}["`);
      // The server has read both once later requests are answered.
      await open();
      stream.close();
      while ((await echo.post(`${session}/xhr_send`, '["b"]')).status !== 404);
      client.socket.write('a"]');
      assert.equal(statusOf(await client.read((text) => text.includes('\r\n\r\n'))), 404);
      client.socket.destroy();
    });

    it('of too many messages is one, whatever their size', async () => {
      const { requests } = await start({});
      const session = await open(requests);
      const sent = await requests.post(`${session}/xhr_send`, `[${'"",'.repeat(65_536)}""]`);
      assert.equal(sent.status, 400);
      assert.match(sent.body, /Too many messages/);
    });

    it('of thousands of messages arrives in order, in JSON and as a form', async () => {
      const texts = Array.from({ length: 1200 }, (_, index) => `${index} é&"+%`);
      const json = JSON.stringify(texts);
      for (const [action, body] of [
        ['xhr_send', json],
        ['jsonp_send', `a=b&d=${encodeURIComponent(json).replaceAll('%20', '+')}&c=d`],
      ] as const) {
        const session = await open();
        const type = action === 'xhr_send' ? 'text/plain' : 'application/x-www-form-urlencoded';
        const headers = { referer: `${new URL(echo.base).origin}/`, 'content-type': type };
        const sent = echo.post(`${session}/${action}`, body, headers);
        const received: string[] = [];
        while (received.length < texts.length) {
          const { body: frame } = await echo.post(`${session}/xhr`);
          if (frame.startsWith('a')) received.push(...(JSON.parse(frame.slice(1)) as string[]));
        }
        assert.ok((await sent).status < 300);
        assert.deepEqual(received, texts);
      }
    });

    it('is refused where there is no memory for it, and the session goes on', async () => {
      const { requests } = await start({ memory: '1MiB', memoryPerAddress: '1MiB' });
      const session = await open(requests);
      const sent = await requests.post(`${session}/xhr_send`, `["${'x'.repeat(1_100_000)}"]`);
      assert.equal(sent.status, 503);
      assert.equal(sent.headers['retry-after'], '1');
      assert.equal((await requests.post(`${session}/xhr_send`, '["b"]')).status, 204);
      assert.equal((await requests.post(`${session}/xhr`)).body, 'a["b"]\n');
    });

    it('of thousands of messages counts while the backend has not accepted', async () => {
      const port = await silentPort(() => {}, stops);
      const { requests } = await start({
        routes: [`/echo=ws://127.0.0.1:${port}`, '/other=echo:'],
        memory: '8MiB',
        memoryPerAddress: '8MiB',
      });
      const body = `[${'"",'.repeat(20_000)}""]`;
      const statuses: number[] = [];
      const note = ({ status }: { status: number }) => void statuses.push(status);
      for (let count = 0; count < 16 && !statuses.some((status) => status > 400); count++) {
        const session = requests.session();
        const opened = await requests.post(`${session}/xhr`);
        note(opened);
        // Where there is room the answer comes when the backend has accepted.
        if (opened.status === 200) void requests.post(`${session}/xhr_send`, body).then(note, () => {});
      }
      assert.ok(
        statuses.some((status) => status === 503 || status === 429),
        statuses.join(' '),
      );
    });

    it('in a WebSocket message is bounded, too', async () => {
      const reader = new SocketReader(`${echo.base}/000/a/websocket`);
      assert.equal(await reader.next(), 'o');
      reader.socket.send(JSON.stringify(['x'.repeat(70_000)]));
      assert.equal((await reader.closed()).code, 1009);
    });
  });

  describe('that does not read', () => {
    it('a stream has its sends wait, and the next ones are refused', async () => {
      const { made, requests } = await start({
        ...{ outbox: '64KiB', inbox: '64KiB', maxBuffered: '1MiB' },
        sockjs: { responseLimit: '64MiB' },
      });
      const session = requests.session();
      const head = `POST /echo${session}/xhr_streaming HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`;
      const stream = rawClient(made.port, head);
      await stream.read((text) => text.endsWith('o\n\r\n'));
      stream.socket.pause();
      const message = JSON.stringify(['x'.repeat(60_000)]);
      // More than the system's buffers hold: what fits is taken, one answer waits, and whoever does
      // not wait for it is refused.
      const statuses: number[] = [];
      const sent = Array.from({ length: 400 }, async () => {
        const { status } = await requests.post(`${session}/xhr_send`, message);
        statuses.push(status);
        return status;
      });
      await Promise.any(sent.map(async (status) => assert.equal(await status, 429)));
      // Once it is read, it goes on, and has all that was taken.
      stream.socket.resume();
      await Promise.all(sent);
      const taken = statuses.filter((status) => status === 204).length;
      assert.equal(statuses.filter((status) => status === 429).length, 400 - taken);
      const text = await stream.read((came) => came.split('x"').length > taken);
      assert.equal(text.split('x"').length, taken + 1);
      stream.socket.destroy();
    });

    it('is closed with 1013 where the backend cannot wait', async () => {
      const pump = (socket: GatewaySocket): void => {
        for (let at = 0; at < 40; at++) socket.send('x'.repeat(60_000));
      };
      const { made } = await start({ outbox: '64KiB', maxBuffered: '1MiB' }, (adding) =>
        adding.route('/pump', pump),
      );
      const requests = new SockJsRequests(`http://127.0.0.1:${made.port}/pump`);
      stops.push(() => requests.close());
      assert.equal((await requests.post('/000/a/xhr')).body, 'o\n');
      let bytes = 0;
      for (let body = ''; !body.startsWith('c'); bytes += body.length) {
        body = (await requests.post('/000/a/xhr')).body;
        if (body.startsWith('c')) assert.match(body, /^c\[1013,/);
      }
      assert.ok(bytes < 1_200_000);
    });
  });

  describe('that sends a second poll', () => {
    it('by JSONP gets the close frame of a second connection', async () => {
      const headers = { referer: `${PAGE}/` };
      const session = echo.session();
      assert.match((await echo.get(`${session}/jsonp?c=a`, headers)).body, /"o"/);
      const both = [echo.get(`${session}/jsonp?c=a`, headers), echo.get(`${session}/jsonp?c=b`, headers)];
      assert.match((await Promise.race(both)).body, /^\/\*\*\/[ab]\("c\[2010,\\"Another/);
      await echo.post(`${session}/jsonp_send`, '["m"]');
      const answers = await Promise.all(both);
      assert.ok(answers.some(({ body }) => body.includes('("a[\\"m\\"]");')));
    });

    it('while the backend has not accepted, too', async () => {
      let accept = (): void => {};
      const connected = new Promise<void>((resolve) => {
        accept = resolve;
      });
      const { made } = await start({ routes: [`/slow=ws://127.0.0.1:${await silentPort(accept, stops)}`] });
      const requests = new SockJsRequests(`http://127.0.0.1:${made.port}/slow`);
      stops.push(() => requests.close());
      const first = requests.open('POST', '/000/a/xhr');
      first.catch(() => {});
      await connected;
      assert.match((await requests.post('/000/a/xhr')).body, /^c\[2010,/);
    });
  });

  describe('that knows a session', () => {
    it('of a page cannot use it from another origin', async () => {
      const session = await open(echo, { origin: PAGE });
      const own = new URL(echo.base).origin;
      assert.equal((await echo.post(`${session}/xhr_send`, '["x"]', { origin: own })).status, 404);
      assert.equal((await echo.post(`${session}/xhr`, '', { origin: own })).status, 404);
      assert.equal((await echo.post(`${session}/xhr_send`, '["x"]', { origin: ELSEWHERE })).status, 404);
      assert.equal((await echo.post(`${session}/xhr_send`, '["x"]', { origin: PAGE })).status, 204);
      assert.equal((await echo.post(`${session}/xhr`, '', { origin: PAGE })).body, 'a["x"]\n');
    });

    it('of a page cannot use it by a script tag or a form of another, which say no Origin', async () => {
      const headers = { referer: `${PAGE}/` };
      const session = echo.session();
      assert.match((await echo.get(`${session}/jsonp?c=a`, headers)).body, /"o"/);
      const foreign = [{ referer: `${ELSEWHERE}/page` }, { 'sec-fetch-site': 'cross-site' }];
      for (const fields of foreign) {
        assert.equal((await echo.get(`${session}/jsonp?c=a`, fields)).status, 404);
        assert.equal((await echo.get(`${session}/htmlfile?c=a`, fields)).status, 404);
        assert.equal((await echo.post(`${session}/jsonp_send`, '["x"]', fields)).status, 404);
        assert.equal((await echo.post(`${session}/xhr_send`, '["x"]', fields)).status, 404);
      }
      assert.equal((await echo.get(`${session}/jsonp?c=a`)).status, 404);
      assert.equal((await echo.post(`${session}/jsonp_send`, '["m"]', headers)).body, 'ok');
      assert.match((await echo.get(`${session}/jsonp?c=a`, headers)).body, /\("a\[\\"m\\"\]"\);/);
    });

    it('of one route has another one on another', async () => {
      const session = await open();
      const other = new SockJsRequests(echo.base.replace('/echo', '/other'));
      stops.push(() => other.close());
      assert.equal((await other.post(`${session}/xhr_send`, '["x"]')).status, 404);
      assert.equal((await other.post(`${session}/xhr`)).body, 'o\n');
    });

    it('has no token of the fallback protocol', async () => {
      const session = await open();
      const id = session.slice(session.lastIndexOf('/') + 1);
      for (const token of [id, session, `/echo/${id}`]) {
        assert.equal((await echo.post('/_fallback/v1/send', `${token};`)).status, 404);
      }
    });
  });

  describe('of another site', () => {
    const refused = async (action: string, headers: Record<string, string>): Promise<void> => {
      const method = action.startsWith('xhr') ? 'POST' : 'GET';
      const answer = await echo.ask(method, `${echo.session()}/${action}`, { headers });
      assert.equal(answer.status, 403, `${action} ${JSON.stringify(headers)}`);
    };

    it('opens no session', async () => {
      for (const action of ['xhr', 'xhr_streaming', 'eventsource', 'jsonp?c=a', 'htmlfile?c=a']) {
        await refused(action, { origin: ELSEWHERE });
        await refused(action, { origin: 'null' });
        await refused(action, { referer: `${ELSEWHERE}/page` });
        await refused(action, { 'sec-fetch-site': 'cross-site' });
      }
    });

    it('opens none by a script tag or a frame that says nothing of itself', async () => {
      await refused('jsonp?c=a', {});
      await refused('htmlfile?c=a', {});
    });

    it('opens no WebSocket', async () => {
      for (const path of ['/000/a/websocket', '/websocket']) {
        const { error } = await new SocketReader(echo.base + path, {
          headers: { origin: ELSEWHERE },
        }).closed();
        assert.match(error ?? '', /403/);
      }
    });

    it('gets no callback that is code', async () => {
      for (const callback of ['', 'a(', 'a;b', '<script>', 'a b', '1a', `a${'b'.repeat(40)}`]) {
        const path = `${echo.session()}/jsonp?c=${encodeURIComponent(callback)}`;
        const answer = await echo.get(path, { referer: `${PAGE}/` });
        assert.equal(answer.status, 400);
        assert.doesNotMatch(answer.body, /script|;/);
      }
    });
  });

  describe('that frames the iframe page', () => {
    /** Runs the library as the page does that `referrer` has framed. */
    const run = (library: string, referrer: string, isFramed = true): boolean => {
      const page: Record<string, unknown> = {
        document: { referrer },
        location: { href: `${echo.base}/iframe.html#abc` },
      };
      page.self = page;
      page.parent = isFramed ? {} : page;
      try {
        runInNewContext(library.slice(0, library.indexOf('})();') + 5), page);
        return true;
      } catch {
        return false;
      }
    };

    it('is one of the origins that may connect, by its headers and by its script', async () => {
      const page = await echo.get('/iframe.html');
      assert.equal(page.headers['content-security-policy'], `frame-ancestors 'self' ${PAGE}`);
      const { body: library } = await echo.get('/iframe.js');
      assert.ok(run(library, `${PAGE}/app`));
      assert.ok(run(library, `${new URL(echo.base).origin}/app`));
      assert.ok(run(library, '', false));
      assert.ok(!run(library, `${ELSEWHERE}/?${PAGE}/`));
      assert.ok(!run(library, `${PAGE}.elsewhere.example/`));
      assert.ok(!run(library, ''));
    });

    it('is not everyone where every page may connect, as it would come with the gateway’s own origin', async () => {
      const { requests } = await start({ origin: '*' });
      const page = await requests.get('/iframe.html');
      assert.equal(page.headers['content-security-policy'], "frame-ancestors 'self'");
      const { body: library } = await requests.get('/iframe.js');
      assert.ok(!run(library, `${ELSEWHERE}/`));
    });
  });

  it('gets no iframe page whose script browsers would load from another host', async () => {
    const { made } = await start({ routes: ['/=echo:', '/deep/er=echo:'] });
    let pages = 0;
    for (const start of ['', '/deep/er']) {
      for (const path of ['', '/app', '/%5Cevil.test', '/..;', '/.//evil.test', '//evil.test']) {
        for (const slash of ['/', '\\', '\\\\', '/\\', '\\/']) {
          const target = `${start}${path.replace('/', slash)}/iframe.html`;
          const head = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;
          const source = /<script src="([^"]*)"/.exec(await ask(made.port, head))?.[1];
          if (source === undefined) continue;
          pages++;
          const { host } = new URL(source, `http://gateway.test${target}`);
          assert.equal(host, 'gateway.test', `${target}: ${source}`);
        }
      }
    }
    assert.ok(pages >= 8, `${pages} pages`);
  });

  it('that is no longer allowed does not keep the iframe page of the time when it was', async () => {
    const earlier = await echo.get('/iframe.html');
    assert.match(earlier.headers['cache-control'] ?? '', /\bno-cache\b/);
    const { requests } = await start({ origin: ELSEWHERE });
    const later = await requests.get('/iframe.html', { 'if-none-match': earlier.headers.etag as string });
    assert.equal(later.status, 200);
    assert.match(String(later.headers['content-security-policy']), /elsewhere/);
  });

  it('gets no answer whose type a browser would guess', async () => {
    const session = await open();
    const referer = `${PAGE}/`;
    const answers = [
      ...['', '/', '/info', '/iframe.html', '/iframe.js', '/none', '/websocket', '/000/a/websocket'],
      ...['/000/a/xhr', `/000/${'a'.repeat(9)}/xhr_send`, '/000/a/jsonp?c=(', '/000/b/jsonp?c=a'],
    ].map((path) => echo.get(path, { referer }));
    const user = { 'user-agent': 'Konqueror/5' };
    answers.push(echo.post(`${session}/xhr_send`, '["a"]', user), echo.post(`${session}/xhr_send`, 'x'));
    answers.push(echo.post(`${session}/jsonp_send`, 'd=%5B%22a%22%5D', { referer }), echo.post('/info'));
    for (const answer of await Promise.all(answers)) {
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', `${answer.status} ${answer.body}`);
    }
  });

  it('has nothing kept of the fields of its requests', async () => {
    const { requests } = await start({ sockjs: { sessionTimeout: '1m' } });
    const headers = { cookie: `a=${'x'.repeat(14_000)}`, origin: new URL(requests.base).origin };
    for (let count = 0; count < 50; count++) await open(requests, headers);
    const before = usedMemory();
    for (let count = 0; count < 300; count++) await open(requests, headers);
    const taken = (usedMemory() - before) / 300;
    assert.ok(taken < 14_000, `${taken} bytes of memory for a session`);
    const address = `/${'a'.repeat(14_000)}`;
    for (let count = 0; count < 300; count++) {
      const session = requests.session(`000${address}`);
      assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    }
    const more = (usedMemory() - before) / 300;
    assert.ok(more < 28_000, `${more} bytes of memory for two sessions, ${taken} for one`);
  });

  it('is one of so many as there may be', async () => {
    const { requests } = await start({ maxSessionsPerAddress: 2 });
    await open(requests);
    await open(requests);
    const session = requests.session();
    for (let again = 0; again < 2; again++) {
      assert.equal((await requests.post(`${session}/xhr_streaming`)).status, 429);
    }
  });

  it('finds no callback forms unless they are switched on, and nothing where SockJS is switched off', async () => {
    const { requests } = await start({ jsonp: false });
    for (const action of ['jsonp?c=a', 'htmlfile?c=a']) {
      assert.equal((await requests.get(`/000/a/${action}`, { referer: `${requests.base}/` })).status, 404);
    }
    const { requests: without } = await start({ sockjs: false });
    for (const path of ['', '/info', '/iframe.html', '/iframe.js', '/000/a/xhr', '/a']) {
      assert.equal((await without.get(path)).status, 426, path);
    }
    assert.equal((await without.post('/000/a/xhr')).status, 426);
  });
});

/** A port whose server never answers; `onConnection` is called when somebody connects. */
async function silentPort(onConnection: () => void, stops: (() => void)[]): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => {
    stops.unshift(() => socket.destroy());
    socket.on('error', () => {});
    onConnection();
  });
  stops.push(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
