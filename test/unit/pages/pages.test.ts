import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { HostNames } from '../../../gateway/access/hosts.ts';
import { RequestError } from '../../../gateway/base/errors.ts';
import { createLog } from '../../../gateway/base/log.ts';
import { demoPages } from '../../../gateway/demo/pages.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import { createPages } from '../../../gateway/pages/pages.ts';
import { ask, statusOf } from '../http/raw-client.ts';
import { startServer } from '../http/test-server.ts';

describe('the pages', () => {
  let folder: string;
  let port: number;
  let withoutDemo: number;
  const closers: (() => Promise<void>)[] = [];
  let healthy = true;
  const lines: string[] = [];
  const log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(line) });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-pages-'));
    mkdirSync(join(folder, 'shim'));
    mkdirSync(join(folder, 'demo'));
    writeFileSync(join(folder, 'shim', 'websocket.min.js'), 'var shim;');
    writeFileSync(join(folder, 'shim', 'bridge.html'), '<title>bridge</title>');
    writeFileSync(join(folder, 'demo', 'index.html'), '<title>demo</title>');
    writeFileSync(join(folder, 'demo', 'style.css'), 'body{}');
    writeFileSync(join(folder, 'demo', '.hidden'), 'secret');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    const start = async (demo: string | undefined): Promise<number> => {
      const running = await startServer({
        otherwise: createPages({
          shim: { folder: join(folder, 'shim'), version: '1.2.3', framers: ['http://app.example', 'null'] },
          demo: demo === undefined ? [] : demoPages(demo, demo),
          missing: () => new RequestError('GW_NO_PAGE'),
          healthy: () => healthy,
          hosts: new HostNames(['gw']),
          proxies: new TrustedProxies([]),
          log,
        }),
      });
      closers.push(running.close);
      return running.port;
    };
    port = await start(join(folder, 'demo'));
    withoutDemo = await start(undefined);
  });

  after(async () => {
    for (const close of closers) await close();
    rmSync(folder, { recursive: true });
  });

  function get(target: string, { host = 'gw', at = port, extra = '', method = 'GET' } = {}): Promise<string> {
    return ask(at, `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${extra}Connection: close\r\n\r\n`);
  }

  it('serve the shim to pages of any origin', async () => {
    const answer = await get('/shim/websocket.min.js');
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /content-type: (text|application)\/javascript/i);
    assert.match(answer, /x-content-type-options: nosniff/i);
    assert.match(answer, /access-control-allow-origin: \*/i);
    assert.doesNotMatch(answer, /access-control-allow-credentials/i);
    assert.match(answer, /cache-control: public, max-age=300, must-revalidate/i);
    assert.match(answer, /var shim;$/);
  });

  it('let pages of allowed origins have the bridge in a frame, and let it run its own script only', async () => {
    const answer = await get('/shim/bridge.html?v=1.2.3');
    assert.equal(statusOf(answer), 200);
    assert.match(
      answer,
      /content-security-policy: default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self' http:\/\/app\.example\r\n/i,
    );
    assert.doesNotMatch(answer, /x-frame-options/i);
  });

  it('say nosniff on every answer', async () => {
    for (const target of [
      '/',
      '/shim/websocket.min.js',
      '/shim/bridge.html',
      '/healthz',
      '/nothing',
      '/shim',
      '/%zz',
    ]) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
        assert.match(
          await get(target, { method }),
          /\r\nx-content-type-options: nosniff\r\n/i,
          `${method} ${target}`,
        );
      }
    }
  });

  it('say that a file has not changed', async () => {
    const tag = /etag: (.+)\r\n/i.exec(await get('/shim/websocket.min.js'))?.[1];
    assert.ok(tag);
    assert.equal(statusOf(await get('/shim/websocket.min.js', { extra: `If-None-Match: ${tag}\r\n` })), 304);
  });

  it('serve the demo at the root, to be requested again each time, in frames of its own site only', async () => {
    const answer = await get('/');
    assert.match(answer, /content-type: text\/html/i);
    assert.match(answer, /cache-control: no-cache/i);
    assert.doesNotMatch(answer, /access-control|x-powered-by/i);
    assert.match(
      answer,
      /content-security-policy: frame-ancestors 'self'\r\nx-frame-options: SAMEORIGIN\r\n/i,
    );
    assert.match(await get('/style.css'), /content-type: text\/css/i);
  });

  it('leave the demo out, and keep the shim', async () => {
    assert.equal(statusOf(await get('/', { at: withoutDemo })), 404);
    assert.equal(statusOf(await get('/shim/websocket.min.js', { at: withoutDemo })), 200);
  });

  it('tell balancers whether to send more, whatever name they use', async () => {
    assert.match(
      await get('/healthz', { host: 'balancer.internal' }),
      /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok\n$/,
    );
    healthy = false;
    const answer = await get('/healthz');
    healthy = true;
    assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*\r\n\r\ndraining\n$/);
    assert.match(answer, /cache-control: no-store/i);
  });

  it('are not served under a foreign name, and say which option adds one', async () => {
    const answer = await get('/', { host: 'rebound.example' });
    assert.equal(statusOf(answer), 421);
    assert.match(answer, /--host/);
    const { code, option, remoteAddress } = JSON.parse(lines.at(-1) as string);
    assert.deepEqual([code, option, remoteAddress], ['GW_HOST', '--host', '127.0.0.1']);
    assert.match(answer, /content-type: text\/plain/i);
    assert.doesNotMatch(answer, /rebound|node_modules|</);
  });
  it('answer for the shim under a foreign name with a script that says in the console what to do', async () => {
    lines.length = 0;
    const answer = await get('/shim/websocket.min.js', { host: 'App.intranet:8080' });
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /content-type: application\/javascript/i);
    assert.match(answer, /cache-control: no-store/i);
    assert.match(answer, /access-control-allow-origin: \*/i);
    const said: string[] = [];
    runInNewContext(bodyOf(answer), { console: { error: (line: string) => said.push(line) } });
    assert.match(String(said), /--host app\.intranet/);
    runInNewContext(bodyOf(answer), {});
    assert.equal(JSON.parse(lines[0] as string).remedy, 'start with --host app.intranet');
    assert.equal(statusOf(await get('/shim/bridge.html', { host: 'app.intranet' })), 421);
  });

  it('put nothing of a foreign name into that script but what is a name', async () => {
    for (const host of ['a"b', "x');alert(1)//", 'a\\b', '<script>', 'a b', '"+evil+"']) {
      const answer = await get('/shim/websocket.js', { host });
      assert.match(bodyOf(answer), /The Host name of this script is not accepted/, host);
    }
  });

  it('that are not there are in the log, but for the icon that browsers ask for', async () => {
    lines.length = 0;
    await get('/favicon.ico');
    await get('/portal/page');
    assert.deepEqual(
      lines.map((line) => [JSON.parse(line).code, JSON.parse(line).path]),
      [['GW_NO_PAGE', '/portal/page']],
    );
  });

  for (const target of [
    '/../secret.txt',
    '/shim/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/shim/..%2f..%2fsecret.txt',
    '/.hidden',
    '/shim/',
    '/shim',
    '/nothing',
  ]) {
    it(`serve nothing at ${target}`, async () => {
      const answer = await get(target);
      assert.ok([301, 403, 404].includes(statusOf(answer)), answer);
      assert.doesNotMatch(answer, /secret$/);
    });
  }

  it('do not look for a path that is longer than any, and mind no long query', async () => {
    assert.equal(statusOf(await get(`/${'/'.repeat(1_100)}`)), 404);
    assert.equal(statusOf(await get(`/style.css?${'x'.repeat(10_000)}`)), 200);
  });

  for (const target of ['/%', '/%zz', '/shim/%00', '/<script>', '/%ff%fe']) {
    it(`answer ${target} in plain words without a stack`, async () => {
      const answer = await get(target);
      assert.ok(statusOf(answer) >= 400 && statusOf(answer) < 500, answer);
      assert.match(answer, /content-type: text\/plain/i);
      assert.doesNotMatch(answer, /Error|node_modules|<|script/);
    });
  }

  it('answer other methods with 404 and go on', async () => {
    for (const method of ['POST', 'DELETE', 'OPTIONS', 'TRACE']) {
      assert.equal(statusOf(await get('/nothing', { method })), 404, method);
    }
  });
});

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}
