import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Context, runInContext } from 'node:vm';
import { type StompName, stompSources } from '../../support/stomp/shim/libraries.ts';
import {
  type EngineKind,
  engineKinds,
  load,
  shimScript,
  stompPage,
  wrongScenarios,
} from '../../support/stomp/shim/realms.ts';

const packageFile = (name: string) =>
  readFileSync(new URL(`../../../node_modules/${name}`, import.meta.url), 'utf8');

const STANDARD = engineKinds[0];
const JSCRIPT = engineKinds[1];

describe('The repair of STOMP libraries, in the shipped shim', function () {
  this.timeout(60_000);
  let shim: string;

  before(async () => {
    shim = await shimScript();
  });

  const pageWith = (kind: EngineKind, name: StompName): Context => {
    const page = stompPage(kind, shim);
    load(page, stompSources[name]);
    return page;
  };
  const install = (page: Context, argument = ''): string[] =>
    Array.from(runInContext(`WebSocketShim.installStompFix(${argument})`, page) as string[]).sort();

  for (const kind of engineKinds)
    for (const name of Object.keys(stompSources) as StompName[])
      it(`makes every scenario right with ${name} in ${kind}`, () => {
        const page = pageWith(kind, name);
        assert.notDeepEqual(wrongScenarios(page), [], 'there is something to repair');
        install(page);
        assert.deepEqual(wrongScenarios(page), []);
        assert.deepEqual(install(page), [], 'once');
      });

  const expected: Record<string, Record<EngineKind, string[]>> = {
    '2.3.3': {
      [STANDARD]: ['partial frames'],
      [JSCRIPT]: ['Date.now', 'partial frames'],
    },
    '2.3.4-next': {
      [STANDARD]: [],
      [JSCRIPT]: ['Date.now', 'coalesced frames', 'partial frames', 'split'],
    },
    'the fork': {
      [STANDARD]: ['partial frames'],
      [JSCRIPT]: ['Date.now', 'coalesced frames', 'partial frames'],
    },
  };
  for (const [name, byKind] of Object.entries(expected))
    for (const kind of engineKinds)
      it(`finds the defects of ${name} in ${kind} by their tests`, () => {
        const everywhere = ['content-length', 'heart-beats', 'size of surrogates', 'surrogate pairs'];
        const page = pageWith(kind, name as StompName);
        assert.deepEqual(install(page), [...byKind[kind], ...everywhere].sort());
      });

  it('finds a library that is there before the shim, and one that is there when the page has loaded', () => {
    for (const listen of ['addEventListener', 'attachEvent']) {
      const page = stompPage(JSCRIPT, '');
      runInContext(
        `var loaded; function ${listen}(type, run) { if (/load/.test(type)) loaded = run; }`,
        page,
      );
      load(page, stompSources['2.3.4-next']);
      runInContext(shim, page);
      assert.deepEqual(wrongScenarios(page), []);
      load(page, stompSources['the fork']);
      assert.notDeepEqual(wrongScenarios(page), []);
      runInContext('loaded()', page);
      assert.deepEqual(wrongScenarios(page), []);
    }
  });

  it('leaves a library as it is that passes, and repairs only what fails', () => {
    const page = stompPage(STANDARD, shim);
    load(page, stompSources['2.3.4-next']);
    // A library that is right in everything: a repaired one, before another shim, which does not
    // know it.
    install(page);
    runInContext('var sound = Stomp, unmarshall = Stomp.Frame.unmarshall, client = Stomp.over({});', page);
    runInContext('Stomp = WebSocketShim = WebSocket = undefined;', page);
    runInContext(shim, page);
    assert.deepEqual(install(page, 'sound'), []);
    assert.equal(runInContext('sound.Frame.unmarshall === unmarshall', page), true);
    assert.equal(runInContext('sound.over({}).connect === client.connect', page), true);
    // And one that is right but for the cutting of pairs.
    load(page, stompSources['2.3.4-next']);
    runInContext('Stomp.Frame.unmarshall = function (data) { return unmarshall(data); };', page);
    runInContext('var kept = Stomp.Frame.unmarshall, connect = Stomp.over({}).connect;', page);
    assert.deepEqual(install(page), ['size of surrogates', 'surrogate pairs']);
    assert.equal(
      runInContext('Stomp.Frame.unmarshall === kept && Stomp.over({}).connect === connect', page),
      true,
    );
  });

  it('repairs webstomp-client when it is handed over, and not by itself', () => {
    const page = stompPage(STANDARD, shim);
    runInContext(packageFile('webstomp-client/dist/webstomp.js'), page);
    assert.deepEqual(install(page), []);
    assert.deepEqual(install(page, 'webstomp'), ['content-length', 'heart-beats', 'surrogate pairs']);
    runInContext('var Stomp = webstomp;', page);
    assert.deepEqual(wrongScenarios(page), []);
  });

  it('leaves alone what is no library of that family', () => {
    const page = stompPage(STANDARD, shim);
    runInContext(packageFile('@stomp/stompjs/bundles/stomp.umd.js'), page);
    for (const argument of [
      'StompJs',
      'StompJs.Stomp',
      '{}',
      '{ Frame: {} }',
      '{ Frame: { unmarshall: 1 } }',
      '{ Frame: { unmarshall: function () { return 1; } } }',
      '{ Frame: { unmarshall: function () { throw new Error(); } } }',
      '{ Frame: { unmarshall: function () {} } }',
      '1',
      'null',
      '',
    ]) {
      assert.deepEqual(install(page, argument), [], argument);
    }
    assert.equal(runInContext('typeof Stomp', page), 'undefined');
  });

  it('defines Date.now for a page with such a library, and for no other', () => {
    const page = stompPage(JSCRIPT, shim);
    install(page);
    assert.equal(runInContext('typeof Date.now', page), 'undefined');
    load(page, stompSources['2.3.3']);
    install(page);
    assert.equal(runInContext('Math.abs(Date.now() - new Date().getTime()) < 1000', page), true);
  });

  it('lets stompjs notice a server that is dead, which it does not without Date.now', () => {
    for (const repaired of [false, true]) {
      const page = pageWith(JSCRIPT, '2.3.3');
      if (repaired) install(page);
      const closed = runInContext(
        `var ticks = [], closed = 0, clock = new Date().getTime();
         Date.prototype.getTime = function () { return clock; };
         Date.prototype.valueOf = Date.prototype.getTime;
         Stomp.setInterval = function (ms, tick) { ticks.push(tick); return 1; };
         Stomp.clearInterval = function () {};
         var socket = { send: function () {}, close: function () { closed += 1; } };
         var client = Stomp.over(socket);
         client.debug = null;
         client.heartbeat = { outgoing: 0, incoming: 1000 };
         client.connect({}, function () {});
         socket.onopen();
         socket.onmessage({ data: 'CONNECTED\\nversion:1.1\\nheart-beat:1000,0\\n\\n\\0' });
         clock += 1500;
         ticks[0]();
         if (closed) throw new Error('too early');
         clock += 1500;
         ticks[0]();
         closed`,
        page,
      );
      assert.equal(closed, repaired ? 1 : 0);
    }
  });

  it('undoes escapes in headers for a library that asks for it, as @stomp/stompjs 4 does', () => {
    const page = stompPage(STANDARD, shim);
    // The shape of its `Frame`: https://github.com/stomp-js/stompjs/blob/v4.0.8/src/frame.coffee
    runInContext(
      `var Stomp = { Frame: function (command, headers, body, escaped) {
         this.command = command; this.headers = headers; this.body = body; this.escaped = escaped;
       } };
       Stomp.Frame.frUnEscape = function (value) { return value.replace(/\\\\c/g, ':'); };
       Stomp.Frame.unmarshall = function (data, escaped) { return { frames: [], partial: data }; };`,
      page,
    );
    assert.ok(install(page).includes('split'));
    const seen = runInContext(
      `var all = Stomp.Frame.unmarshall('CONNECTED\\na:\\\\c\\n\\n\\0MESSAGE\\na:\\\\c\\n\\n\\0', true).frames;
       [all[0].headers.a, all[1].headers.a, all[1].escaped, Stomp.Frame.unmarshall('M\\na:\\\\c\\n\\n\\0').frames[0].headers.a].join(' ')`,
      page,
    );
    assert.equal(seen, '\\c : true \\c');
  });

  for (const name of ['2.3.3', '2.3.4-next'] as const) {
    const sends = (page: Context, call: string): string[] => {
      const sent = runInContext(
        `(function () {
           var sent = [];
           var socket = { send: function (part) { sent.push(part); } };
           var client = Stomp.over(socket);
           client.debug = null;
           ${call};
           if (client.ws !== socket) throw new Error('another socket');
           return sent;
         })()`,
        page,
      ) as string[];
      return [...sent];
    };

    it(`never cuts a surrogate pair when ${name} sends in chunks, and changes nothing else`, () => {
      const half = /[\ud800-\udbff]$/;
      for (const shift of ['', 'x']) {
        const call = `client.send('/d', {}, ${JSON.stringify(shift + '😀'.repeat(20_000))})`;
        const before = sends(pageWith(STANDARD, name), call);
        const page = pageWith(STANDARD, name);
        install(page);
        const after = sends(page, call);
        assert.equal(after.join(''), before.join(''));
        assert.equal(after.length, before.length);
        assert.equal(after.filter((part) => half.test(part)).length, 0);
        assert.ok(after.every((part) => part.length <= 16385 && part.length > 0));
      }
      const page = pageWith(STANDARD, name);
      install(page);
      assert.deepEqual(sends(page, "client.send('/d', {}, 'x\\u00e9\\ud83d!')"), [
        'SEND\ndestination:/d\ncontent-length:7\n\nx\u00e9\ud83d!\0',
      ]);
    });

    it(`puts the socket of ${name} back when it throws`, () => {
      const page = pageWith(STANDARD, name);
      install(page);
      const seen = runInContext(
        `var socket = { send: function () { throw new Error('closed'); } };
         var client = Stomp.over(socket), thrown = '';
         client.debug = null;
         try { client.send('/d', {}, 'x'); } catch (error) { thrown = error.message; }
         thrown + (client.ws === socket)`,
        page,
      );
      assert.equal(seen, 'closedtrue');
    });
  }
});
