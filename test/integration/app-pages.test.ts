import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { startGateway } from '../support/servers/gateway.ts';
import { fetchRaw, field } from './app-zoo/fetch.ts';
import { type Handler, type Origin, startOrigin } from './app-zoo/origin.ts';
import { ACCEPT_PAGE } from './app-zoo/specimens.ts';

const PAGE = '<!DOCTYPE html>\n<html><head><title>a</title></head><body><p>b</p></body></html>\n';
const FILE = 'body { color: black }\n'.repeat(100);
const MODIFIED = 'Mon, 01 Jan 2024 00:00:00 GMT';
const HTML = { 'Content-Type': 'text/html' };
const UPLOAD = 200 * 1024 * 1024;

/** A server of files as many are: validators, ranges and HEAD for whatever it has. */
const serve =
  (body: string, type: string, fields: Readonly<Record<string, string>>): Handler =>
  ({ method, headers }, response) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
    const isSame =
      headers['if-none-match'] === undefined
        ? fields['Last-Modified'] !== undefined && headers['if-modified-since'] === fields['Last-Modified']
        : headers['if-none-match'] === fields.ETag;
    if (isSame) return response.writeHead(304).end();
    const range = headers['if-range'] === undefined || headers['if-range'] === fields.ETag;
    const [, from] = /^bytes=(\d+)-$/.exec(range ? (headers.range ?? '') : '') ?? [];
    const rest = body.slice(Number(from ?? 0));
    response.setHeader('Content-Type', type).setHeader('Content-Length', rest.length);
    if (from !== undefined) {
      response.setHeader('Content-Range', `bytes ${from}-${body.length - 1}/${body.length}`);
    }
    return response.writeHead(from === undefined ? 200 : 206).end(method === 'HEAD' ? '' : rest);
  };

const validators = { ETag: '"v1"', 'Last-Modified': MODIFIED, 'Accept-Ranges': 'bytes' };

describe('pages of an application', () => {
  let origin: Origin;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let tag: string;
  /** Lets a page go on that has paused. */
  let goOn: () => void;
  let uploaded: Hash;

  before(async () => {
    const paused: (first: string, rest: string, type: string) => Handler =
      (first, rest, type) => (_, response) => {
        response.writeHead(200, { 'Content-Type': type }).write(first);
        goOn = () => response.end(rest);
      };
    origin = await startOrigin({
      '/page': serve(PAGE, 'text/html', validators),
      '/dated': serve(PAGE, 'text/html', { 'Last-Modified': MODIFIED }),
      '/fragment': serve('<p>a</p>', 'text/html', validators),
      '/style.css': serve(FILE, 'text/css', validators),
      '/paused': paused(PAGE.slice(0, 40), PAGE.slice(40), 'text/html'),
      '/events': paused('data: a\n\n', 'data: b\n\n', 'text/event-stream'),
      '/cut': (request, response) => {
        const at = Number(request.headers['x-cut']);
        response.writeHead(200, HTML);
        response.write(PAGE.slice(0, at) || PAGE.slice(0, 1));
        response.end(PAGE.slice(Math.max(at, 1)));
      },
      '/upload': (request, response) => {
        if (request.headers.expect !== undefined) response.writeContinue();
        uploaded = createHash('sha1');
        request
          .on('data', (chunk) => uploaded.update(chunk))
          .on('end', () => response.writeHead(200, HTML).end(PAGE));
      },
      '/moved': (_, response) =>
        response.writeHead(302, { Location: `http://127.0.0.1:${origin.port}/page`, ...HTML }).end(PAGE),
    });
    gateway = await startGateway({ app: `http://127.0.0.1:${origin.port}` });
    tag = `<script src="/shim/websocket.min.js" data-map="ws://127.0.0.1:${origin.port}/ -> /"></script>`;
  });
  beforeEach(() => {
    origin.requests.length = 0;
  });
  after(async () => {
    await gateway?.close();
    origin?.close();
  });

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetchRaw(gateway.port, path, { Host: 'app.example', Accept: ACCEPT_PAGE, ...headers }, { method });
  const tagged = (): string => PAGE.replace('</head>', `${tag}</head>`);
  const seen = (name: string): string | string[] | undefined => origin.requests.at(-1)?.headers[name];

  it('are validated by an entity tag of their own', async () => {
    const first = await get('/page');
    assert.equal(String(first.body), tagged());
    const etag = field(first, 'etag') as string;
    assert.notEqual(etag, '"v1"');
    const again = await get('/page', { 'If-None-Match': etag, 'If-Modified-Since': MODIFIED });
    assert.equal(seen('if-none-match'), '"v1"');
    assert.equal(again.status, '304 Not Modified');
    assert.equal(field(again, 'etag'), etag);
    assert.equal(again.body.length, 0);
  });

  it('are sent anew to a browser that kept them from before the gateway was there', async () => {
    for (const accept of [ACCEPT_PAGE, '*/*']) {
      const old = { 'If-None-Match': '"v1"', 'If-Modified-Since': MODIFIED, Accept: accept };
      assert.equal(String((await get('/page', old)).body), tagged());
    }
    const dated = await get('/dated', { 'If-Modified-Since': MODIFIED });
    assert.equal(String(dated.body), tagged());
  });

  it('leave the validators of all others alone', async () => {
    const forStyle = { Accept: 'text/css,*/*;q=0.1', 'Sec-Fetch-Dest': 'style', 'If-None-Match': '"v1"' };
    assert.equal((await get('/style.css', forStyle)).status, '304 Not Modified');
    const fragment = { Accept: '*/*', 'If-None-Match': '"v1"' };
    assert.equal((await get('/fragment', fragment)).status, '200 OK', 'it might have been a page');
    assert.equal((await get('/fragment', fragment)).status, '304 Not Modified');
  });

  it('come whole to a client that wants the rest of a tagged one, and files come in parts', async () => {
    const etag = field(await get('/page'), 'etag') as string;
    const rest = await get('/page', { Range: 'bytes=10-', 'If-Range': etag });
    assert.deepEqual([rest.status, String(rest.body)], ['200 OK', tagged()]);
    const file = await get('/style.css', { Range: 'bytes=10-', 'If-Range': '"v1"' });
    assert.deepEqual([file.status, String(file.body)], ['206 Partial Content', FILE.slice(10)]);
    assert.equal(field(file, 'accept-ranges'), 'bytes');
  });

  it('have the same head for HEAD as for GET, but for the length', async () => {
    const page = await get('/page');
    const head = await get('/page', {}, 'HEAD');
    const isLength = (at: number) => /^content-length$/i.test(page.fields[at - (at % 2)] as string);
    assert.deepEqual(
      head.fields,
      page.fields.filter((_, at) => !isLength(at)),
    );
    const file = await get('/style.css', { Accept: '*/*' }, 'HEAD');
    assert.equal(field(file, 'content-length'), String(FILE.length));
  });

  it('are the same wherever the application cuts them', async () => {
    for (let cut = 0; cut <= PAGE.length; cut++) {
      assert.equal(String((await get('/cut', { 'X-Cut': String(cut) })).body), tagged(), `cut at ${cut}`);
    }
  });

  for (const [path, first] of [
    ['/paused', () => PAGE.slice(0, 28) + tag + PAGE.slice(28, 40)],
    ['/events', () => 'data: a\n\n'],
  ] as const) {
    it(`begin before they are whole: ${path}`, async () => {
      const sent = request({ host: '127.0.0.1', port: gateway.port, path, agent: false });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const [chunk] = (await once(response, 'data')) as [Buffer];
      assert.equal(String(chunk), first());
      goOn();
      const rest = Buffer.concat(await response.toArray());
      assert.equal(String(rest), path === '/events' ? 'data: b\n\n' : PAGE.slice(40));
    });
  }

  it('answer an upload of 200 MB that waits for 100 Continue', async function () {
    this.timeout(60_000);
    const block = Buffer.alloc(1024 * 1024, 'upload ');
    const hash = createHash('sha1');
    const sent = request({
      host: '127.0.0.1',
      port: gateway.port,
      path: '/upload',
      method: 'POST',
      agent: false,
      headers: { Expect: '100-continue', 'Content-Length': UPLOAD, Accept: ACCEPT_PAGE },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.flushHeaders();
    await once(sent, 'continue');
    for (let at = 0; at < UPLOAD; at += block.length) {
      hash.update(block);
      if (!sent.write(block)) await once(sent, 'drain');
    }
    sent.end();
    const [response] = await answered;
    assert.equal(String(Buffer.concat(await response.toArray())), tagged());
    assert.equal(uploaded.digest('hex'), hash.digest('hex'));
  });

  it('lead to the gateway where a redirect names the inner host', async () => {
    const moved = await get('/moved');
    assert.equal(field(moved, 'location'), 'http://app.example/page');
    assert.equal(String(moved.body), PAGE);
  });
});
