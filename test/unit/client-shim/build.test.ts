import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { parse, tokenizer, tokTypes } from 'acorn';
import type { Plugin } from 'rollup';
import { bundle, finish } from '../../../client-shim/build/bundle.ts';
import { es3Realm } from '../../support/realm/es3.ts';

const root = new URL('../../../', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, root));
const run = promisify(execFile);

/**
 * Limits on the minified shim in bytes gzipped: of the transports it has so far, and with the
 * repairs of STOMP libraries.
 */
const BUDGET = 17_200;
const BUDGET_WITH_STOMP = 18_700;

describe('The built shim', () => {
  const built: Record<string, string> = {};
  let script: string;
  let module: string;

  before(async function () {
    this.timeout(120_000);
    script = await bundle(path('client-shim/src/main.ts'), 'iife');
    built.readable = finish(script, '/*! banner */');
    built.minified = finish(script, '/*! banner */', { minified: true });
    module = finish(await bundle(path('client-shim/src/module.ts'), 'es'), '/*! banner */', { module: true });
  });

  const sizeOf = (code: string) =>
    gzipSync(finish(code, '/*! banner */', { minified: true }), { level: 9 }).length;

  it(`is at most ${BUDGET_WITH_STOMP} bytes gzipped`, () => {
    const size = sizeOf(script);
    assert.ok(size <= BUDGET_WITH_STOMP, `${size} bytes`);
  }).timeout(60_000);

  it(`is at most ${BUDGET} bytes gzipped without the repairs of STOMP libraries`, async () => {
    const leaveOut: Plugin = {
      name: 'leave-out-stomp',
      resolveId: (id) =>
        id === './stomp/shim.ts' ? path('test/unit/client-shim/support/no-stomp.ts') : null,
    };
    const size = sizeOf(await bundle(path('client-shim/src/main.ts'), 'iife', [leaveOut]));
    assert.ok(size <= BUDGET, `${size} bytes`);
  }).timeout(60_000);

  for (const kind of ['readable', 'minified']) {
    describe(`(${kind})`, () => {
      it('parses as ES3 with all its reserved words', () => {
        parse(built[kind] as string, { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
      });

      it('begins with its licence and has no character that depends on the charset of the page', () => {
        assert.match(built[kind] as string, /^\/\*! banner \*\//);
        assert.match(built[kind] as string, /^[\n\x20-\x7e]*$/);
      });

      it('has no bare slash within a regular expression, which ends it in ES3', () => {
        let found = 0;
        for (const { type, value } of tokens(built[kind] as string)) {
          if (type !== tokTypes.regexp) continue;
          found += 1;
          assert.doesNotMatch(value.pattern.replace(/\\[\s\S]/g, ''), /\//, value.pattern);
        }
        assert.ok(found > 5);
      });

      it('runs without the helpers of later editions that a compiler puts in', () => {
        assert.doesNotMatch(built[kind] as string, /__(assign|extends|spreadArray|values|read|rest)\b/);
      });

      it('loads in a realm that has nothing newer than ES3, and offers the whole interface there', () => {
        const { realm } = ie6(built[kind] as string);
        const seen = runInContext(
          `(function () {
            var problems = [];
            function expect(name, condition) { if (!condition) problems.push(name); }
            function nameOf(call) { try { call(); } catch (error) { return error.name + ' ' + error.code; } }
            var socket = new WebSocket('../echo?x', 'chat');
            expect('same', WebSocket === WebSocketShim && !WebSocketShim.NativeWebSocket);
            expect('instanceof', socket instanceof WebSocket);
            expect('url', socket.url === 'ws://gateway.test/echo?x');
            expect('state', socket.readyState === 0 && socket.CLOSED === 3 && WebSocket.OPEN === 1);
            expect('fields', socket.bufferedAmount === 0 && socket.onopen === null && socket.binaryType === 'blob');
            expect('send', nameOf(function () { socket.send('x'); }) === 'InvalidStateError 11');
            expect('close', nameOf(function () { socket.close(1); }) === 'InvalidAccessError 15');
            expect('reason', nameOf(function () { socket.close(4000, new Array(200).join('x')); }) === 'SyntaxError 12');
            expect('address', nameOf(function () { new WebSocket('ftp://x'); }) === 'SyntaxError 12');
            expect('protocol', nameOf(function () { new WebSocket('/x', 'a b'); }) === 'SyntaxError 12');
            expect('new', nameOf(function () { WebSocket('/x'); }) === 'TypeError undefined');
            expect('bytes', new WebSocketShim.Bytes([65, 255]).toBinaryString() === 'A\\xff');
            return problems.join();
          })()`,
          realm,
        );
        assert.equal(seen, '');
      });

      it('carries messages there, by nothing but an old XMLHttpRequest', () => {
        const { realm, requests, tick } = ie6(built[kind] as string);
        runInContext(
          `var seen = [];
           var socket = new WebSocket('ws://hard-wired:9998/echo', 'chat');
           socket.onopen = function () { seen.push('open ' + this.readyState + ' ' + socket.protocol); socket.send('h\\u00e9\\0'); };
           socket.onmessage = function (event) { seen.push(event.data.length === undefined ? 'bytes' : event.data.bytes ? event.data.bytes.join() : event.data); };
           socket.onclose = function (event) { seen.push('close ' + event.code + ' ' + event.reason + ' ' + event.wasClean); };`,
          realm,
        );
        tick();
        const create = requests.shift();
        assert.equal(create?.url, 'http://gateway.test/app/echo/_fallback/v1/create?l=0');
        create?.answer(
          'token=n.t0&protocol=chat&carriers=xhr-polling&heartbeat=25000&silence=62500&window=120000&outbox=1048576&body=262144&end=1',
        );
        tick();
        const bodies = () => requests.map(({ body }) => body).join(' ');
        assert.ok(bodies().includes('Th\u00e9\x7f@\x1e'), bodies());
        const poll = requests.find(({ url }) => url.includes('xhr-polling'));
        poll?.answer('#1\x1eTone\x1eBAP8=\x1eC4001,bye\x1e');
        tick();
        assert.deepEqual(runInContext("seen.join('|')", realm).split('|'), [
          'open 1 chat',
          'one',
          '0,255',
          'close 4001 bye true',
        ]);
      });

      it("sets and clears timers on the page's window, since KHTML takes that of the caller", () => {
        const { realm, requests, tick, timerCalls } = ie6(built[kind] as string);
        runInContext("new WebSocket('ws://hard-wired:9998/echo')", realm);
        tick();
        requests[0]?.answer('');
        tick();
        const names = timerCalls.map(({ name }) => name);
        assert.deepEqual([...new Set(names)].sort(), ['clearTimeout', 'setTimeout']);
        assert.ok(timerCalls.every(({ on }) => on === realm.window));
      });
    });
  }

  it('was run in a realm that has nothing newer than ES3', () => {
    const newer =
      "[typeof JSON, typeof Object.create, typeof Object.defineProperty, typeof [].indexOf, typeof ''.trim, typeof Date.now, typeof (function () {}).bind, typeof Promise, typeof Symbol, typeof Uint8Array, typeof globalThis].join()";
    const seen = runInContext(newer, es3Realm({})) as string;
    assert.equal(seen.replace(/undefined,?/g, ''), '');
  });

  it('says the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
    assert.equal(runInContext('WebSocketShim.version', ie6(built.minified as string).realm), version);
  });

  it('passes over MozWebSocket, which speaks drafts 7 to 10 (Firefox 6 to 10)', () => {
    const draft = 'var opened = 0; function MozWebSocket() { opened++; }\n';
    const { realm, requests, tick } = ie6(draft + built.minified);
    runInContext("new WebSocket('ws://hard-wired:9998/echo')", realm);
    tick();
    assert.equal(runInContext('opened', realm), 0);
    assert.match(requests[0]?.url ?? '', /\/create(\?|$)/);
  });

  it('adds to an earlier script tag instead of wrapping its constructor', () => {
    const { realm, load } = ie6(built.minified as string);
    runInContext('var first = WebSocket;', realm);
    load(built.minified as string, { src: 'http://second.test/x.js', 'data-transports': 'xhr-polling' });
    assert.equal(runInContext('first === WebSocket && !WebSocket.NativeWebSocket', realm), true);
    const begun = (host: string) =>
      runInContext(`new WebSocket('ws://${host}/x').diagnostics[0].what`, realm) as string;
    for (const host of ['gateway.test', 'second.test']) assert.doesNotMatch(begun(host), /not an address/);
    assert.match(begun('third.test'), /not an address of a gateway \(gateway\.test,second\.test\)/);
  });

  it('as a module changes nothing when it is imported', async () => {
    const before = Object.getOwnPropertyNames(globalThis);
    const shim = await import(`data:text/javascript,${encodeURIComponent(module)}`);
    assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
    assert.deepEqual(Object.keys(shim).sort(), ['Bytes', 'WebSocketShim', 'configure', 'install']);
  });
});

describe('The types', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shim-types-'));
  });
  after(() => rm(folder, { recursive: true }));

  const check = async (code: string, config: object): Promise<string> => {
    await writeFile(join(folder, 'x.ts'), code);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = path('node_modules/typescript/bin/tsc');
    return run(process.execPath, [tsc, '-p', folder]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  };

  it('of the language have nothing that is newer than ES3', async () => {
    const lines = [
      '[1].map(String);',
      "' x'.trim();",
      "'x'[0].length;",
      'JSON.stringify(1);',
      '[1].indexOf(1);',
      'new Uint8Array(1);',
      'Object.keys({});',
      'window.x;',
      'setTimeout(f, 1);',
    ];
    const found = await check(`function f(): void {}\n${lines.join('\n')}\n[1].slice(0).join();\n`, {
      extends: path('client-shim/tsconfig.json'),
      compilerOptions: { noUnusedLocals: false },
      include: [],
      files: [path('client-shim/es3.d.ts'), 'x.ts'],
    });
    const complained = new Set(found.split('\n').flatMap((line) => line.match(/x\.ts\((\d+),/)?.[1] ?? []));
    assert.deepEqual(
      [...complained].map(Number),
      lines.map((_, index) => index + 2),
      found,
    );
  }).timeout(60_000);

  it('of the module fit a page written for WebSocket', async () => {
    const found = await check(
      `import { Bytes, configure, install, type ShimWebSocket, WebSocketShim } from '${path('client-shim/module.d.ts').replace(/\.d\.ts$/, '.js')}';
       install({ gateways: ['gateway.test'], map: { 'ws://app/': '/app/' }, transports: ['websocket', 'xhr-polling'] });
       configure({ map: 'ws://app/ -> /app/', transports: 'xhr-polling' });
       const socket: WebSocket = new WebSocketShim('/echo', ['chat']);
       socket.onmessage = (event) => event.data instanceof Bytes && event.data.toBinaryString();
       const shim: ShimWebSocket = new WebSocketShim('/echo');
       export const steps: string[] = shim.diagnostics.map(({ what }) => what);
       const native: typeof WebSocket = WebSocketShim;
       window.WebSocket = WebSocketShim;
       class Mine extends WebSocketShim { override send(data: string) { super.send(data); } }
       export const made: WebSocket[] = [new native('/echo'), new Mine('/echo')];
       WebSocketShim.NativeWebSocket?.OPEN;`,
      {
        compilerOptions: {
          noEmit: true,
          strict: true,
          target: 'ES2022',
          module: 'ESNext',
          moduleResolution: 'bundler',
          lib: ['ES2022', 'DOM'],
          types: [],
        },
        files: ['x.ts'],
      },
    );
    assert.equal(found, '');
  }).timeout(60_000);
});

/** Acorn's type of a token leaves its value out. */
function tokens(code: string): Iterable<{ type: object; value: { pattern: string } }> {
  return tokenizer(code, { ecmaVersion: 5 }) as never;
}

interface Request {
  url: string;
  body: string;
  answer(text: string): void;
}

/**
 * A page in an engine of 2001: no JSON, no native WebSocket, requests by ActiveX, timers that run
 * when the test says so.
 */
function ie6(code: string) {
  const scripts: object[] = [];
  const requests: Request[] = [];
  /** The object that each function was called on. */
  const timerCalls: { name: string; on: unknown }[] = [];
  let timers: { id: number; run: () => void }[] = [];
  let last = 0;

  class XmlHttp {
    onreadystatechange: () => void = () => {};
    readyState = 0;
    status = 0;
    responseText = '';
    #url = '';

    open(_method: string, url: string): void {
      this.#url = url;
    }
    setRequestHeader(): void {}
    abort(): void {}
    send(body: string): void {
      requests.push({
        url: this.#url,
        body,
        answer: (text) => {
          Object.assign(this, { readyState: 4, status: 200, responseText: text });
          this.onreadystatechange();
        },
      });
    }
  }

  const realm = es3Realm({
    location: { href: 'http://gateway.test/dir/page.html' },
    document: {
      URL: 'http://gateway.test/dir/page.html',
      getElementsByTagName: (name: string) => (name === 'script' ? scripts : []),
    },
    navigator: { userAgent: 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)' },
    attachEvent: () => {},
    ActiveXObject: XmlHttp,
    setTimeout(this: unknown, run: () => void, ms: number) {
      timerCalls.push({ name: 'setTimeout', on: this });
      last += 1;
      // Heartbeats and timeouts are for other tests.
      if (ms < 1000) timers.push({ id: last, run });
      return last;
    },
    clearTimeout(this: unknown, cleared: number) {
      timerCalls.push({ name: 'clearTimeout', on: this });
      timers = timers.filter(({ id }) => id !== cleared);
    },
  });
  const load = (script: string, attributes: Record<string, string>) => {
    scripts.push({ getAttribute: (name: string) => attributes[name] ?? null });
    runInContext(script, realm);
  };
  load(code, { src: '/shim/websocket.js', 'data-map': 'ws://hard-wired:9998/ -> /app/' });

  return {
    realm,
    requests,
    timerCalls,
    load,
    /** Runs what is due, and what that makes due, for a while. */
    tick() {
      for (let turn = 0; turn < 20; turn += 1) {
        const due = timers;
        timers = [];
        for (const { run: runTimer } of due) runTimer();
      }
    },
  };
}
