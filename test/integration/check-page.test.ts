import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { useRuns } from '../support/machine/program-run.ts';

const PAGE = '<!doctype html>\n<html>\n<head>\n<title>a</title>\n<script src="a.js"></script>\n';
const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

/** What the application sends at each address. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  '/': (response) => response.writeHead(200, HTML).end(PAGE),
  '/gzip': (response) => response.writeHead(200, { ...HTML, 'Content-Encoding': 'gzip' }).end(gzipSync(PAGE)),
  '/nonce': (response) =>
    response.writeHead(200, { ...HTML, 'Content-Security-Policy': "script-src 'nonce-Zm9v'" }).end(PAGE),
  '/hash': (response) =>
    response.writeHead(200, { ...HTML, 'Content-Security-Policy': "script-src 'sha256-Zm9v'" }).end(PAGE),
  '/connect': (response) =>
    response
      .writeHead(200, HTML)
      .end(`${PAGE}<meta http-equiv=Content-Security-Policy content="connect-src ws:">`),
  '/fragment': (response) => response.writeHead(200, HTML).end('<p>a</p>'),
  '/old': (response) => response.writeHead(302, { Location: '/new\x80' }).end(),
  '/cookie': (response) =>
    response.req.headers.cookie === 'a=b'
      ? response.writeHead(200, HTML).end(PAGE)
      : response.writeHead(401, HTML).end('no'),
  '/reset': (response) => response.destroy(),
};

describe('fallback-gateway check-page', function () {
  this.timeout(20_000);
  const { start } = useRuns();
  let application: Server;
  let origin: string;

  before(async () => {
    application = createServer((request, response) => ANSWERS[request.url as string]?.(response));
    await once(application.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  });
  after(() => {
    application.close();
    application.closeAllConnections();
  });

  const check = (path: string, ...flags: string[]) => start('check-page', ...flags, origin + path).ended();

  it('has its line in the help, as reload has', async () => {
    for (const command of ['check-page', 'reload']) {
      const { code, stdout, stderr } = await start(command, '--help').ended();
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.match(stdout, new RegExp(`^fallback-gateway ${command} `, 'm'));
    }
  });

  it('says where the tag goes, and ends with 0', async () => {
    const map = `${origin.replace('http', 'ws')}/ -> /`;
    const found = await check('/');
    assert.deepEqual(found, {
      code: 0,
      stdout:
        `${origin}/ -> 200, text/html; charset=utf-8\n` +
        `the tag goes before <script>, line 5, byte 47:\n` +
        `    <script src="/shim/websocket.min.js" data-map="${map}"></script>\n`,
      stderr: '',
    });
    assert.equal((await check('/gzip')).stdout, found.stdout.replace('/ ', '/gzip '));
    assert.match((await check('/nonce')).stdout, / nonce="Zm9v"><\/script>/);
  });

  for (const [path, line] of [
    ['/hash', /^no tag: .*by hash only/m],
    ['/connect', /^the tag goes [\s\S]*^to change: connect-src .*'self'/m],
    ['/fragment', /^no tag: its body does not begin with a doctype/m],
    ['/old', /-> 302[\s\S]*^it leads to \/new\?: check that address/m],
    ['/cookie', /-> 401[\s\S]*--header 'Cookie/m],
  ] as const) {
    it(`says why ${path} needs a change, and ends with 3`, async () => {
      const { code, stdout } = await check(path);
      assert.match(stdout, line);
      assert.equal(code, 3);
    });
  }

  it('sends the fields that it is given', async () => {
    const { code, stdout } = await check('/cookie', '--header', 'Cookie: a=b');
    assert.match(stdout, /^the tag goes/m);
    assert.equal(code, 0);
  });

  it('ends with 1 when there is no answer', async () => {
    const { code, stdout } = await check('/reset');
    assert.match(stdout, /: no answer: socket hang up/);
    assert.equal(code, 1);
  });

  for (const [args, line] of [
    [[], /one URL is needed; usage: /],
    [['http://a/', 'http://b/'], /one URL is needed/],
    [['ftp://a/'], /ftp:\/\/a\/: must begin with http/],
    [['--nope', 'http://a/'], /Unknown option '--nope'.*usage: /],
    [['--header', 'a', 'http://a/'], /--header "a": must be 'Name: value'/],
  ] as const) {
    it(`ends with 2 for the arguments ${args.join(' ') || '(none)'}`, async () => {
      const { code, stdout, stderr } = await start('check-page', ...args).ended();
      assert.match(stderr, line);
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.deepEqual([code, stdout], [2, '']);
    });
  }
});
