import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { HostNames } from '../../../gateway/access/hosts.ts';
import { RequestError } from '../../../gateway/base/errors.ts';
import { createLog } from '../../../gateway/base/log.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import { createPages } from '../../../gateway/pages/pages.ts';
import { rawClient } from '../http/raw-client.ts';
import { startServer } from '../http/test-server.ts';

const SCRIPT = 'var shim = "a script that is long enough to be compressed";\n'.repeat(50);
const MOVIE = Buffer.from([0x46, 0x57, 0x53, 0x0a, 0x00]);
const OLD_IE = 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)';
const IE6_SP2 = 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)';

/** An answer, with the fields by lower-case name. */
interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function parse(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const fields = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return { status: Number(first.split(' ')[1]), fields, body: Buffer.from(text.slice(end + 4), 'latin1') };
}

describe('the files of the shim', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-shim-'));
    mkdirSync(join(folder, 'shim'));
    writeFileSync(join(folder, 'shim', 'websocket.min.js'), SCRIPT);
    writeFileSync(join(folder, 'shim', 'bridge.html'), '<title>bridge</title>');
    writeFileSync(join(folder, 'shim', 'movie.swf'), MOVIE);
    writeFileSync(join(folder, 'shim', '.built.json'), '{}');
    server = await startServer({
      otherwise: createPages({
        shim: { folder: join(folder, 'shim'), version: '1.2.3', framers: [] },
        demo: [],
        missing: () => new RequestError('GW_NO_PAGE'),
        healthy: () => true,
        hosts: new HostNames(['gw']),
        proxies: new TrustedProxies([]),
        log: createLog({ level: 'silent', format: 'json' }),
      }),
    });
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function get(
    target = '/shim/websocket.min.js',
    fields: Readonly<Record<string, string>> = {},
    { method = 'GET', version = '1.1' } = {},
  ): Promise<Answer> {
    const all = Object.entries({ Host: 'gw', Connection: 'close', ...fields });
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const client = rawClient(server.port, `${method} ${target} HTTP/${version}\r\n${lines}\r\n`);
    return parse(await client.read());
  }

  const codings: readonly [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'gzip'],
    ['br;q=0.5, gzip;q=0.9', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0, br;q=0.000', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['deflate', undefined],
    [';;=,gzip;q=', undefined],
  ];
  for (const [accepted, coding] of codings) {
    it(`are sent ${coding ?? 'as they are'} for Accept-Encoding: ${accepted}`, async () => {
      const answer = await get(undefined, accepted === undefined ? {} : { 'Accept-Encoding': accepted });
      assert.equal(answer.fields['content-encoding'], coding);
      assert.equal(answer.fields.vary, 'Accept-Encoding');
      assert.equal(Number(answer.fields['content-length']), answer.body.length);
      const decode = { gzip: gunzipSync, br: brotliDecompressSync }[coding ?? ''] ?? ((body: Buffer) => body);
      assert.equal(decode(answer.body).toString(), SCRIPT);
      if (coding !== undefined)
        assert.ok(answer.body.length < SCRIPT.length / 5, `${answer.body.length} bytes`);
    });
  }

  it('are not compressed twice, nor for HTTP/1.0', async () => {
    const movie = await get('/shim/movie.swf', { 'Accept-Encoding': 'gzip' });
    assert.deepEqual(movie.body, MOVIE);
    assert.equal(movie.fields.vary, undefined);
    const old = await get(undefined, { 'Accept-Encoding': 'gzip' }, { version: '1.0' });
    assert.equal(old.fields['content-encoding'], undefined);
  });

  it('are not compressed for an IE 6 that loses parts of such answers, which can still cache them', async () => {
    const fields = { 'Accept-Encoding': 'gzip, deflate' };
    const broken = await get(undefined, { ...fields, 'User-Agent': OLD_IE });
    assert.equal(broken.body.toString(), SCRIPT);
    assert.equal(broken.fields.vary, undefined);
    assert.match(String(broken.fields['cache-control']), /^private, max-age=/);
    const mended = await get(undefined, { ...fields, 'User-Agent': IE6_SP2 });
    assert.equal(mended.fields['content-encoding'], 'gzip');
  });

  it('have an ETag for each coding, and 304 for that coding only', async () => {
    const ask = (coding: string, tag?: string) =>
      get(undefined, { 'Accept-Encoding': coding, ...(tag !== undefined && { 'If-None-Match': tag }) });
    const [plain, gzip, br] = [await ask('identity'), await ask('gzip'), await ask('br')];
    const tags = [plain, gzip, br].map(({ fields }) => String(fields.etag));
    assert.equal(new Set(tags).size, 3);
    const [, gzipTag = ''] = tags;
    const again = await ask('gzip', gzipTag);
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    assert.equal(again.fields.etag, gzipTag);
    assert.equal(again.fields.vary, 'Accept-Encoding');
    assert.match(String(again.fields['cache-control']), /max-age/);
    assert.equal((await ask('gzip', `"other", W/${gzipTag}`)).status, 304);
    assert.equal((await ask('gzip', '*')).status, 304);
    assert.equal((await ask('br', gzipTag)).status, 200);
  });

  it('have 304 for a date, unless there is an ETag', async () => {
    const { fields } = await get();
    const since = { 'If-Modified-Since': String(fields['last-modified']) };
    assert.equal((await get(undefined, since)).status, 304);
    assert.equal((await get(undefined, { ...since, 'If-None-Match': '"other"' })).status, 200);
    assert.equal(
      (await get(undefined, { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status,
      200,
    );
    assert.equal((await get(undefined, { 'If-Modified-Since': 'yesterday' })).status, 200);
  });

  it('answer HEAD with the fields of GET, and ignore ranges', async () => {
    const fields = { 'Accept-Encoding': 'gzip' };
    const [got, head] = [await get(undefined, fields), await get(undefined, fields, { method: 'HEAD' })];
    assert.equal(head.body.length, 0);
    assert.deepEqual({ ...head.fields, date: '' }, { ...got.fields, date: '' });
    const part = await get(undefined, { Range: 'bytes=0-9' });
    assert.deepEqual([part.status, part.body.length], [200, SCRIPT.length]);
    assert.equal(part.fields['accept-ranges'], 'none');
  });

  it('can be kept for a year under their version, and for minutes without one', async () => {
    const caching = async (target: string) => (await get(target)).fields['cache-control'];
    const year = 'public, max-age=31536000, immutable';
    assert.equal(await caching('/shim/1.2.3/websocket.min.js'), year);
    assert.equal(await caching('/shim/websocket.min.js?v=1.2.3'), year);
    assert.equal(await caching('/shim/websocket.min.js'), 'public, max-age=300, must-revalidate');
  });

  it('are there under the version that a page still names, and requested again each time', async () => {
    const old = await get('/shim/1.1.0/websocket.min.js');
    assert.deepEqual([old.status, old.fields['cache-control']], [200, 'no-cache']);
    assert.equal((await get('/shim/websocket.min.js?v=1.1.0')).fields['cache-control'], 'no-cache');
  });

  it('come one after the other on one connection', async () => {
    const request = 'GET /shim/websocket.min.js HTTP/1.1\r\nHost: gw\r\n\r\n';
    const client = rawClient(server.port, request);
    const ended = (times: number) => (text: string) => text.split(SCRIPT).length === times + 1;
    const first = await client.read(ended(1));
    assert.doesNotMatch(first.slice(0, first.indexOf('\r\n\r\n')), /connection: close/i);
    client.socket.write(request);
    await client.read(ended(2));
    client.socket.destroy();
  });

  it('are the new ones after a build', async () => {
    const path = join(folder, 'shim', 'bridge.html');
    const before = await get('/shim/bridge.html');
    writeFileSync(path, '<title>bridgf</title>');
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    const built = await get('/shim/bridge.html', { 'If-None-Match': String(before.fields.etag) });
    assert.deepEqual([built.status, built.body.toString()], [200, '<title>bridgf</title>']);
  });

  for (const target of [
    '/shim/.built.json',
    '/shim/1.2.3/../../x.js',
    '/shim/1.2.3/',
    '/shim/1.2.3',
    '/shim/1.2.3/1.2.3/websocket.min.js',
    '/shim/%2e%2e/x.js',
    '/shim/..%5cx.js',
  ]) {
    it(`are not at ${target}`, async () => assert.equal((await get(target)).status, 404));
  }
});
