import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { openRealm, type Realm, type RealmOptions } from '../../support/browser/realm.ts';
import { until } from '../../support/until.ts';

describe('the stand-in for a browser', () => {
  let server: http.Server;
  let url: string;
  let heads: http.IncomingMessage[];
  let realm: Realm;

  beforeEach(async () => {
    heads = [];
    server = http.createServer((request, response) => {
      heads.push(request);
      answer(request, response);
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) =>
      socket.on('message', (data, binary) => socket.send(data, { binary })),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    realm.leave();
    assert.deepEqual(realm.errors, []);
    server.closeAllConnections();
    server.close();
  });

  function open(options: Omit<RealmOptions, 'url'> = {}, page = `${url}/page`): void {
    realm = openRealm({ ...options, url: page });
    realm.run('var log = [];');
  }

  async function logged(code: string, count: number): Promise<string[]> {
    realm.run(code);
    await until('the log', () => realm.window.log.length >= count);
    return [...realm.window.log].map(String);
  }

  const REQUEST = `
    function ask(method, path, body) {
      var x = new XMLHttpRequest();
      x.open(method, path, true);
      x.onreadystatechange = function () {
        log.push(x.readyState + ' ' + x.status + ' ' + x.responseText);
      };
      x.send(body);
      return x;
    }`;

  it('shows a body as it comes, from state 3 on', async () => {
    open();
    const log = await logged(`${REQUEST} ask('POST', '/stream', 'x');`, 4);
    assert.deepEqual(log, ['2 200 ', '3 200 one', '3 200 onetwo', '4 200 onetwo']);
    assert.equal(heads[0]?.headers.origin, url);
    assert.equal(heads[0]?.headers['sec-fetch-site'], 'same-origin');
  });

  it('sends no Origin to its own origin as Internet Explorer does not, and shows nothing before the end', async () => {
    open({ ie: true, xhr: 'msxml', without: ['WebSocket', 'EventSource', 'ArrayBuffer'] });
    const log = await logged(
      `var x = new ActiveXObject('Microsoft.XMLHTTP');
       x.onreadystatechange = function () { try { log.push(x.readyState + x.responseText); } catch (e) { log.push('no'); } };
       x.open('POST', '/stream', true); x.send('x');`,
      5,
    );
    assert.deepEqual(log, ['no', 'no', 'no', 'no', '4onetwo']);
    assert.equal(heads[0]?.headers.origin, undefined);
    assert.throws(() => realm.run('x.onprogress = function () {};'), /support this property/);
    assert.equal(
      realm.run('typeof XMLHttpRequest + typeof WebSocket + typeof ArrayBuffer'),
      'undefined'.repeat(3),
    );
  });

  it('says status 0 when the connection breaks', async () => {
    open();
    const log = await logged(`${REQUEST} ask('GET', '/break');`, 3);
    assert.deepEqual(log.at(-1), '4 0 ');
  });

  it('hides an answer from a foreign page unless the server allows it', async () => {
    open({}, 'http://elsewhere.example/page');
    assert.deepEqual((await logged(`${REQUEST} ask('GET', '${url}/plain');`, 1)).at(-1), '4 0 ');
    assert.equal(heads[0]?.headers.origin, 'http://elsewhere.example');
    realm.run('log = []');
    const log = await logged(`ask('GET', '${url}/cors');`, 3);
    assert.equal(log.at(-1), '4 200 cors');
  });

  it('asks before it sends a header that a form cannot', async () => {
    open({}, 'http://elsewhere.example/page');
    const custom = (path: string) => `var x = new XMLHttpRequest(); x.open('GET', '${url}${path}', true);
      x.setRequestHeader('X-Own', '1'); x.onload = x.onerror = function () { log.push(x.status); }; x.send();`;
    assert.deepEqual(await logged(custom('/cors'), 1), ['200']);
    assert.deepEqual(await logged(custom('/plain'), 2), ['200', '0']);
    assert.deepEqual(
      heads.map((head) => head.method),
      ['OPTIONS', 'GET', 'OPTIONS'],
    );
  });

  it('gives bytes as an ArrayBuffer of the page, and as text of one character each', async () => {
    open();
    await logged(
      `var x = new XMLHttpRequest(), y = new XMLHttpRequest(); x.open('GET', '/bytes', true); x.responseType = 'arraybuffer';
       x.onload = function () { log.push(x.response instanceof ArrayBuffer && new Uint8Array(x.response)[255]); }; x.send();
       y.open('GET', '/bytes', true); y.overrideMimeType('text/plain; charset=x-user-defined');
       y.onload = function () { log.push(y.responseText.length + ':' + (y.responseText.charCodeAt(255) & 255)); }; y.send();`,
      2,
    );
    assert.deepEqual(new Set(realm.window.log), new Set([255, '256:255']));
  });

  it('reads events, and not one that was cut', async () => {
    open();
    const log = await logged(
      `var e = new EventSource('/events'); e.onmessage = function (m) { log.push(m.data); };
       e.onerror = function () { log.push('error ' + e.readyState); e.close(); };`,
      3,
    );
    assert.deepEqual(log, ['one', 'two\nlines', 'error 0']);
  });

  it('has a WebSocket', async () => {
    open();
    const log = await logged(
      `var w = new WebSocket('${url.replace('http', 'ws')}/'); w.onopen = function () { w.send('hi'); };
       w.onmessage = function (m) { log.push(m.data); w.close(4001, 'bye'); };
       w.onclose = function (c) { log.push(c.code + c.reason + c.wasClean); };`,
      2,
    );
    assert.deepEqual(log, ['hi', '4001byetrue']);
  });

  it('takes six connections to a host and no more', async () => {
    open();
    realm.run(`${REQUEST} for (var i = 0; i < 8; i++) ask('GET', '/hold');`);
    await until('six requests', () => heads.length === 6);
    await new Promise((resume) => setTimeout(resume, 30));
    assert.equal(heads.length, 6);
  });
});

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  switch (request.url) {
    case '/stream':
      response.write('one');
      setTimeout(() => response.end('two'), 30);
      return;
    case '/break':
      response.write('one');
      setTimeout(() => response.destroy(), 30);
      return;
    case '/cors':
      response.setHeader('Access-Control-Allow-Origin', 'http://elsewhere.example');
      response.setHeader('Access-Control-Allow-Headers', 'X-Own');
      response.end('cors');
      return;
    case '/bytes':
      response.end(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
      return;
    case '/events':
      response.setHeader('Content-Type', 'text/event-stream');
      response.end('data: one\n\n: comment\ndata: two\ndata: lines\r\n\r\ndata: cut');
      return;
    case '/hold':
      return;
    default:
      response.end('plain');
  }
}
