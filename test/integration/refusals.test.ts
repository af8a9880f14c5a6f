import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';

describe('a request that is refused', () => {
  const lines: Record<string, unknown>[] = [];
  let gateway: Gateway;
  let port: number;

  beforeEach(async () => {
    lines.length = 0;
    const write = (line: string) => void lines.push(JSON.parse(line));
    const log = createLog({ level: 'info', format: 'json', write });
    gateway = createGateway({ listen: 0, routes: ['/echo=echo:'], demo: false }, { log });
    ({ port } = await gateway.listen());
  });
  afterEach(() => gateway.close(0));

  async function dial(headers: Readonly<Record<string, string>>): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo?token=secret`, { headers });
    await assert.rejects(once(socket, 'open'));
  }

  function post(action: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const url = `http://127.0.0.1:${port}/echo/_fallback/v1/${action}`;
    const body = `nonce=0123456789abcdef&url=/echo&origin=${encodeURIComponent('http://other')}`;
    return fetch(url, { method: 'POST', headers, body });
  }

  /** `fetch` sets Host itself. */
  function get(path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    return new Promise((resolve, reject) => {
      request({ port, path, headers }, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
  }

  const line = (index: number): Record<string, unknown> => {
    const { time: _time, ...fields } = lines[index] ?? {};
    return fields;
  };
  const common = { level: 'warn', msg: 'request refused', remoteAddress: '127.0.0.1' };

  it('because of its origin is in the log, with the option that allows it', async () => {
    await dial({ origin: 'http://other' });
    assert.deepEqual(line(0), {
      ...common,
      code: 'GW_ORIGIN',
      status: 403,
      reason: 'this origin is not allowed; the option --origin adds one',
      option: '--origin',
      method: 'GET',
      path: '/echo',
      host: `127.0.0.1:${port}`,
      origin: 'http://other',
      route: '/echo',
      remedy: "write createGateway({ origin: ['http://other'] })",
    });
  });

  it('because of its Host is in the log with that name, whatever it was for', async () => {
    await dial({ host: 'other.example' });
    await get('/shim/websocket.min.js', { host: 'App.intranet:8080' });
    await get('/echo/info', { host: 'third' });
    assert.deepEqual(
      lines.map(({ code, path, remedy }) => [code, path, remedy]),
      [
        ['GW_HOST', '/echo', "write createGateway({ host: ['other.example'] })"],
        ['GW_HOST', '/shim/websocket.min.js', "write createGateway({ host: ['app.intranet'] })"],
        ['GW_HOST', '/echo/info', "write createGateway({ host: ['third'] })"],
      ],
    );
  });

  it('again and again has one line, and one with the count when the gateway ends', async () => {
    for (let count = 0; count < 4; count++) await dial({ origin: 'http://other' });
    assert.equal(lines.length, 1);
    await gateway.close(0);
    assert.deepEqual([lines.length, line(1).again], [2, 3]);
  });

  it('because it is malformed is in the log, too', async () => {
    assert.equal((await post('send', {})).status, 400);
    assert.equal((await post('create', { 'x-fallback': 'create' })).status, 403);
    assert.deepEqual(
      lines.map(({ level, code }) => [level, code]),
      [
        ['info', 'GW_TOKEN'],
        ['info', 'GW_ORIGIN'],
      ],
    );
  });

  it('puts no value into an option that is no name, and no long one into the log', async () => {
    await get('/shim/websocket.js', { host: "a';rm -rf x" });
    await dial({ origin: `http://${'o'.repeat(5_000)}/'` });
    assert.match(String(line(0).remedy), /no name/);
    assert.match(String(line(1).remedy), /no origin/);
    assert.ok(String(line(1).origin).length < 250);
  });

  it('never has its query in the log', async () => {
    await dial({ origin: 'http://other' });
    assert.doesNotMatch(JSON.stringify(lines), /secret/);
  });

  it('because of its origin may be read by the page that sent it', async () => {
    const answer = await post('create', { origin: 'http://other' });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('access-control-allow-origin'), 'http://other');
    assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
    assert.match(await answer.text(), /^this origin is not allowed; the option --origin adds one\n$/);
  });

  it('because nothing but the proxy is wrong names the proxy, not the origin', async () => {
    const host = 'localhost';
    await dial({ host, origin: 'https://localhost' });
    await dial({
      host: '127.0.0.1',
      origin: 'https://app',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'app',
    });
    assert.match(String(line(0).remedy), /^write createGateway\(\{ trustedProxy: \['127\.0\.0\.1'\] \}\)/);
    assert.match(String(line(0).reason), /https/);
    assert.equal(line(1).remedy, "write createGateway({ trustedProxy: ['127.0.0.1'] })");
  });
});
