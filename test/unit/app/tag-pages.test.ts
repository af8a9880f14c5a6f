import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { PageRequestHead, PageTagger } from '../../../gateway/app/page-tagger.ts';
import { createPageTagger } from '../../../gateway/app/tag-pages.ts';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import { headerValue, type RawHeaders } from '../../../gateway/base/raw-headers.ts';

const MAP = 'ws://127.0.0.1:8000/ -> /';
const TAG = `<script src="/shim/websocket.min.js" data-map="${MAP}"></script>`;
const PAGE = '<!doctype html><html><head></head><body>a</body></html>';
const TAGGED = PAGE.replace('</head>', `${TAG}</head>`);
const HTML = ['Content-Type', 'text/html; charset=utf-8'];

/** Accept of a browser that asks for a page, and of IE, of a script or a service worker. */
const FOR_PAGE = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'];
const FOR_ANY = ['Accept', '*/*'];

interface Answer {
  readonly rawHeaders: RawHeaders;
  readonly body: string;
}

describe('the tagger of pages', () => {
  let tagger: PageTagger;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    tagger = tagging(MAP);
  });

  function tagging(map: string): PageTagger {
    const log: Log = {
      ...silentLog,
      warn: (text, fields) => lines.push(`${text}: ${JSON.stringify(fields)}`),
    };
    return createPageTagger({ shim: '/shim/websocket.min.js', map, log });
  }

  function request(rawHeaders: RawHeaders, method = 'GET', target = '/a'): PageRequestHead {
    return { method, target, rawHeaders: ['Host', 'app.example', ...rawHeaders] };
  }

  /** What the client gets. */
  async function answer(
    rawHeaders: RawHeaders,
    body: string | Buffer,
    { status = 200, to = request(FOR_PAGE) } = {},
  ): Promise<Answer> {
    const start = tagger.respond(to, { status, rawHeaders });
    if (start === undefined) return { rawHeaders, body: String(body) };
    if (!('push' in start)) return { ...start, body: String(body) };
    let bytes = Buffer.from(body);
    if (start.decoder !== undefined) {
      start.decoder.end(bytes);
      bytes = Buffer.concat(await start.decoder.toArray());
    }
    const begun = start.push(bytes) ?? start.end();
    return { rawHeaders: begun.rawHeaders, body: String(begun.body) };
  }

  function sent(rawHeaders: RawHeaders, method = 'GET', target = '/a'): RawHeaders {
    return tagger.requestFields(request(rawHeaders, method, target)).slice(2);
  }

  it('puts a short tag into a page and states its length', async () => {
    assert.ok(TAG.length < 120 - ' nonce="0123456789abcdef01234567"'.length);
    const page = await answer([...HTML, 'content-LENGTH', String(PAGE.length), 'X-A', '1', 'X-A', '2'], PAGE);
    assert.equal(page.body, TAGGED);
    assert.deepEqual(page.rawHeaders, [
      ...HTML,
      'content-LENGTH',
      String(TAGGED.length),
      'X-A',
      '1',
      'X-A',
      '2',
    ]);
  });

  it('leaves out what no longer fits: digests and ranges', async () => {
    const fields = ['Content-MD5', 'a', 'Digest', 'b', 'Repr-Digest', 'c', 'Content-Digest', 'd'];
    const page = await answer([...HTML, ...fields, 'Accept-Ranges', 'bytes'], PAGE);
    assert.deepEqual(page.rawHeaders, [...HTML, 'Accept-Ranges', 'none']);
  });

  for (const [name, fields, body] of [
    ['a fragment', [...HTML, 'ETag', '"a"', 'Content-MD5', 'b'], '<p>a</p>'],
    ['what Socket.IO answers to a POST', HTML, 'ok'],
    ['a script', ['Content-Type', 'text/javascript'], PAGE],
    ['an answer without a type', ['X', 'y'], PAGE],
    ['a download', [...HTML, 'Content-Disposition', 'attachment; filename=a.html'], PAGE],
    ['UTF-16', ['Content-Type', 'text/html; charset=UTF-16LE'], PAGE],
    ['a coding that is not known', [...HTML, 'Content-Encoding', 'sdch'], PAGE],
    ['a policy without room for it', [...HTML, 'Content-Security-Policy', "script-src 'none'"], PAGE],
  ] as const) {
    it(`passes ${name} untouched`, async () => {
      const passed = await answer(fields, body);
      assert.deepEqual(passed, { rawHeaders: fields, body });
    });
  }

  for (const status of [201, 203, 206, 304, 404, 500]) {
    it(`passes status ${status} untouched`, async () => {
      assert.equal((await answer(HTML, PAGE, { status })).body, PAGE);
    });
  }

  it('decodes pages that come encoded all the same', async () => {
    for (const [coding, body] of [
      ['gzip', gzipSync(PAGE)],
      ['x-gzip', gzipSync(PAGE)],
      ['br', brotliCompressSync(PAGE)],
      ['gzip', gzipSync(PAGE).subarray(0, -8)],
    ] as const) {
      const fields = [...HTML, 'Content-Encoding', coding, 'Content-Length', '9', 'ETag', '"a"'];
      const page = await answer(fields, body);
      assert.equal(page.body, TAGGED, coding);
      assert.deepEqual(page.rawHeaders.slice(0, 3), [...HTML, 'ETag']);
    }
  });

  it('says once for each page why it has no tag', async () => {
    const blocked = [...HTML, 'Content-Security-Policy', "script-src 'sha256-a='"];
    await answer(blocked, PAGE);
    await answer(blocked, PAGE);
    await answer(HTML, '<p>a</p>');
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, /page passed without the tag: \{"path":"\/a","why":".*by hash only/);
    for (let page = 0; page < 100; page++)
      await answer(blocked, PAGE, { to: request([], 'GET', `/${page}`) });
    assert.equal(lines.length, 20);
  });

  it('copies the nonce of the policy, of the head or of the page', async () => {
    const withNonce = TAG.replace('></', ' nonce="Zm9v"></');
    const policy = "script-src 'nonce-Zm9v'";
    const byHead = await answer([...HTML, 'Content-Security-Policy', policy], PAGE);
    assert.equal(byHead.body, PAGE.replace('</head>', `${withNonce}</head>`));
    const reported = await answer([...HTML, 'Content-Security-Policy-Report-Only', policy], PAGE);
    assert.equal(reported.body, byHead.body);
    const meta = `<head><meta http-equiv="content-security-policy" content="${policy}"><script>1</script>`;
    assert.equal((await answer(HTML, meta)).body, meta.replace('<script', `${withNonce}<script`));
    const blocked = meta.replace('nonce-Zm9v', 'strict-dynamic');
    assert.equal((await answer(HTML, blocked)).body, blocked);
    assert.match(lines[0] as string, /strict-dynamic/);
  });

  it('says that a policy keeps the fallbacks from the gateway', async () => {
    const policy = ['Content-Security-Policy', "script-src 'self'; connect-src ws:"];
    assert.equal((await answer([...HTML, ...policy], PAGE)).body, TAGGED);
    assert.match(lines[0] as string, /fallbacks may be blocked.*'self'/);
    const meta = '<head><meta http-equiv=Content-Security-Policy content="connect-src ws:"><script>';
    await answer(HTML, meta, { to: request(FOR_PAGE, 'GET', '/b') });
    assert.match(lines[1] as string, /"\/b".*'self'/);
  });

  it('gives a tagged page another entity tag, which the application never sees', async () => {
    const page = await answer([...HTML, 'ETag', '"a"'], PAGE);
    const marked = headerValue(page.rawHeaders, 'etag') as string;
    assert.match(marked, /^"a-fg[0-9a-f]{6}"$/);
    assert.deepEqual(sent([...FOR_PAGE, 'If-None-Match', marked]), [...FOR_PAGE, 'If-None-Match', '"a"']);
    assert.deepEqual(sent(['If-Match', `W/${marked}, "b"`], 'PUT'), ['If-Match', 'W/"a", "b"']);
    const to = request([...FOR_PAGE, 'If-None-Match', marked]);
    const validated = await answer(['ETag', '"a"', 'Content-Length', '9'], '', { status: 304, to });
    assert.deepEqual(validated.rawHeaders, ['ETag', marked]);
    const other = await answer(['ETag', '"b"'], '', { status: 304, to });
    assert.deepEqual(other.rawHeaders, ['ETag', '"b"']);
  });

  it('never has a page validated that a browser kept without this tag', async () => {
    const page = await answer([...HTML, 'ETag', 'W/"a"'], PAGE);
    const marked = headerValue(page.rawHeaders, 'etag') as string;
    const since = ['If-Modified-Since', 'Mon, 01 Jan 2024 00:00:00 GMT'];
    for (const accept of [FOR_PAGE, FOR_ANY, []]) {
      assert.deepEqual(sent([...accept, 'If-None-Match', '"a"', ...since]), accept);
      assert.deepEqual(sent([...accept, ...since]), accept);
      assert.deepEqual(sent([...accept, 'If-None-Match', `"x", ${marked}`, 'If-None-Match', '"y"']), [
        ...accept,
        'If-None-Match',
        'W/"a"',
      ]);
    }
    tagger = tagging('');
    assert.deepEqual(sent(['If-None-Match', marked]), [], 'the tag has changed');
  });

  it('lets be validated what gets no tag', async () => {
    const since = ['If-Modified-Since', 'Mon, 01 Jan 2024 00:00:00 GMT'];
    const forScript = ['Sec-Fetch-Dest', 'script', ...FOR_ANY, 'If-None-Match', '"a"', ...since];
    assert.deepEqual(sent(forScript), forScript);
    const data = ['Content-Type', 'application/json', 'ETag', '"a"', 'Last-Modified', since[1] as string];
    await answer(data, '{}');
    const again = [...FOR_ANY, 'If-None-Match', '"a"', ...since];
    assert.deepEqual(sent(again), again);
    assert.deepEqual(sent([...FOR_ANY, ...since]), [...FOR_ANY, ...since]);
    assert.deepEqual(sent([...FOR_ANY, 'If-None-Match', '"b"']), FOR_ANY);
    assert.deepEqual(sent([...FOR_ANY, 'If-None-Match', '"a"'], 'GET', '/b'), FOR_ANY);
    await answer([...HTML, 'ETag', '"a"'], PAGE);
    assert.deepEqual(sent(again), FOR_ANY, 'a page is there now');
  });

  it('remembers the last 1,000 addresses without a tag', async () => {
    const at = (number: number) => `/data/${number}`;
    for (let number = 0; number <= 1_000; number++) {
      const to = request(FOR_ANY, 'GET', at(number));
      await answer(['Content-Type', 'application/json', 'ETag', '"a"'], '{}', { to });
    }
    const again = [...FOR_ANY, 'If-None-Match', '"a"'];
    assert.deepEqual(sent(again, 'GET', at(0)), FOR_ANY);
    assert.deepEqual(sent(again, 'GET', at(1)), again);
    assert.deepEqual(sent(again, 'GET', at(1_000)), again);
  });

  it('writes a tag that is ASCII and whole, whatever is in it', async () => {
    tagger = tagging('ws://a/"><b>&ä -> /');
    const map = 'ws://a/&#34;>&#60;b>&#38;&#228; -> /';
    assert.equal((await answer(HTML, PAGE)).body, TAGGED.replace(MAP, map));
  });

  it('has the whole page sent in place of the rest of a tagged one, and leaves other ranges alone', async () => {
    const page = await answer([...HTML, 'ETag', '"a"'], PAGE);
    const marked = headerValue(page.rawHeaders, 'etag') as string;
    assert.deepEqual(sent(['Range', 'bytes=5-', 'If-Range', marked]), []);
    const rest = ['Range', 'bytes=5-', 'If-Range', '"a"'];
    assert.deepEqual(sent(rest), rest);
  });

  it('asks for pages without a coding, and leaves codings to what is none', () => {
    const codings = ['Accept-Encoding', 'gzip;q=1, deflate, br, zstd'];
    assert.deepEqual(sent([...FOR_PAGE, ...codings]), [...FOR_PAGE, 'Accept-Encoding', 'identity']);
    assert.deepEqual(sent([...FOR_ANY, ...codings]), [...FOR_ANY, 'Accept-Encoding', 'gzip;q=1, br']);
    const image = ['Sec-Fetch-Dest', 'image', ...codings];
    assert.deepEqual(sent(image), image);
    const events = ['Accept', 'text/event-stream', ...codings];
    assert.deepEqual(sent(events), events);
  });

  it('answers HEAD as GET, without the length', async () => {
    const fields = [...HTML, 'ETag', '"a"', 'Content-Length', '9', 'Accept-Ranges', 'bytes', 'Digest', 'a'];
    const head = (target: string) => answer(fields, '', { to: request(FOR_PAGE, 'HEAD', target) });
    const page = await answer(fields, PAGE);
    const etag = headerValue(page.rawHeaders, 'etag') as string;
    assert.deepEqual((await head('/a')).rawHeaders, [...HTML, 'ETag', etag, 'Accept-Ranges', 'none']);
    await answer(fields, '<p>', { to: request(FOR_PAGE, 'GET', '/fragment') });
    assert.deepEqual((await head('/fragment')).rawHeaders, fields);
  });

  it('tags the answer to a POST, too', async () => {
    assert.equal((await answer(HTML, PAGE, { to: request(FOR_PAGE, 'POST') })).body, TAGGED);
  });
});
