import assert from 'node:assert/strict';
import { openRealm, type Realm, type RealmOptions } from '../support/browser/realm.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

const IE: Partial<RealmOptions> = {
  ie: true,
  xhr: 'msxml',
  htmlfile: true,
  without: ['WebSocket', 'EventSource', 'TextDecoder', 'Uint8Array', 'ArrayBuffer', 'MessageChannel'],
};

const engines: readonly { transport: string; browser: Partial<RealmOptions> }[] = [
  { transport: 'htmlfile', browser: IE },
  { transport: 'iframe-htmlfile', browser: IE },
  { transport: 'iframe-htmlfile', browser: { without: ['WebSocket', 'EventSource'] } },
];

/** In the stand-in: no engine here has an ActiveX document. */
describe('a document without end in a page', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let proxy: FaultProxy;
  let realm: Realm;
  /** Addresses of the documents that were requested. */
  let documents: string[];

  before(async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], streamBudget: '8KiB' });
    proxy = await FaultProxy.start({
      target: gateway.port,
      seed: 1,
      only: (request) => {
        if (request.url?.includes('htmlfile?')) documents.push(request.url);
        return false;
      },
    });
  });
  beforeEach(() => {
    documents = [];
  });
  afterEach(() => realm.leave());
  after(async () => {
    await proxy.close();
    await gateway.close();
  });

  async function open(transport: string, browser: Partial<RealmOptions>): Promise<void> {
    realm = openRealm({ ...browser, url: `http://127.0.0.1:${proxy.port}/page` });
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
    realm.run(`var got = [], closed = 0;
      var socket = new WebSocket('ws://127.0.0.1:${proxy.port}/echo');
      socket.onmessage = function (event) { got.push(event.data); };
      socket.onclose = function (event) { closed = event.code; };
      function send(text) { socket.send(text); }`);
    await until('the stream', () => steps().includes(`${transport} works`));
  }

  const steps = (): string[] =>
    realm.window.socket.diagnostics.map((step: { transport: string; what: string }) =>
      `${step.transport} ${step.what}`.trim(),
    );
  const got = (): number => realm.window.got.length;
  const framesLeft = (): number =>
    realm.htmlfiles.reduce((sum, file) => sum + file.frames(), 0) +
    realm.window.document.body.childNodes.length;
  const namesLeft = (): string[] =>
    Object.keys(realm.window).filter((name) => /^_fg/.test(name) && realm.window[name] !== undefined);

  for (const { transport, browser } of engines) {
    const where = browser.ie ? 'an old Internet Explorer' : 'another engine';
    describe(`over ${transport} in ${where}`, () => {
      it('is renewed by its budget while messages come, and each comes once', async () => {
        await open(transport, browser);
        for (let i = 0; i < 40; i += 1) {
          realm.window.send(`${i} ${'x'.repeat(1000)}`);
          await until(`message ${i}`, () => got() === i + 1);
        }
        assert.ok(documents.length >= 4, `${documents.length} documents`);
        assert.deepEqual(
          [...realm.window.got].map((text: string) => Number.parseInt(text, 10)),
          Array.from({ length: 40 }, (_, i) => i),
        );
        assert.deepEqual(realm.errors, []);
      });

      it('leaves nothing behind when the socket has closed', async () => {
        await open(transport, browser);
        assert.equal(framesLeft(), 1);
        assert.ok(namesLeft().length > 0, 'what no global leads to would be collected');
        realm.window.send('x');
        await until('the echo', () => got() === 1);
        realm.window.socket.close();
        await until('the close', () => realm.window.closed === 1005);
        await until('no frame', () => framesLeft() === 0);
        assert.deepEqual(namesLeft(), []);
        assert.deepEqual(realm.errors, []);
      });

      it('takes its frame away when the page is left, as Internet Explorer keeps the connection of one that stays', async () => {
        await open(transport, browser);
        assert.equal(framesLeft(), 1);
        realm.leave();
        assert.equal(framesLeft(), 0);
      });

      if (transport !== 'iframe-htmlfile') return;
      it('is opened again when the page empties itself', async () => {
        await open(transport, browser);
        realm.run("document.body.innerHTML = ''");
        await until('another document', () => documents.length === 2);
        realm.window.send('x');
        await until('the echo', () => got() === 1);
      });
    });
  }

  it('is opened again at once when it was cut, where Internet Explorer shows that', async () => {
    await open('htmlfile', IE);
    proxy.cutAll();
    await until('another document', () => documents.length === 2);
    realm.window.send('x');
    await until('the echo', () => got() === 1);
    assert.ok(steps().includes('htmlfile cut'), steps().join());
  });

  it('is not what an Internet Explorer takes whose ActiveX is switched off', async () => {
    realm = openRealm({ ...IE, htmlfile: false, url: `http://127.0.0.1:${proxy.port}/page` });
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': 'htmlfile,xhr-polling' });
    realm.run(`var socket = new WebSocket('ws://127.0.0.1:${proxy.port}/echo');`);
    await until('a poll', () => realm.window.socket.readyState === 1);
    assert.equal(realm.window.socket.transport, 'xhr-polling');
  });
});
