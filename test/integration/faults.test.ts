import assert from 'node:assert/strict';
import { openRealm, type Realm, type RealmOptions } from '../support/browser/realm.ts';
import { type Flood, floodScript, startFlood } from '../support/clients/flood.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { FIFTH, FLOOD_OPTIONS, XDR } from '../support/faults/flood-faults.ts';
import { seedFromEnvironment } from '../support/random.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { until } from '../support/until.ts';

/** The whole size takes more than ten minutes. */
const isWhole = process.env.FULL === '1';
const isLarge = isWhole || process.env.CI === 'true';
/** Each way. */
const MESSAGES = isWhole ? 100_000 : isLarge ? 20_000 : 5_000;
const SESSIONS = isLarge ? 100 : 25;
/** Sockets of one page that share a downstream. */
const MEMBERS = 6;
const LIMIT = 180_000;
/** Messages of which each is sent when the one before has come back. */
const EXCHANGES = isWhole ? 1000 : 100;

/** The page of exchanges. A message that the backend got twice would come back twice. */
const exchangeScript = `
  function startExchanges(url, count) {
    var page = { received: 0, wrong: null, closed: null };
    var socket = new WebSocket(url);
    socket.onopen = function () { socket.send('message 0'); };
    socket.onmessage = function (event) {
      if (event.data !== 'message ' + page.received && page.wrong === null) page.wrong = event.data;
      page.received += 1;
      if (page.received < count) socket.send('message ' + page.received);
    };
    socket.onclose = function (event) { page.closed = event.code; };
    return page;
  }`;

/**
 * Every message of JSONP's way up is two requests, a form and a script: fewer of them are as much.
 */
const carriers: readonly {
  readonly transport: string;
  readonly messages?: number;
  readonly browser?: Partial<RealmOptions>;
}[] = [
  { transport: 'xhr-streaming' },
  { transport: 'eventsource' },
  { transport: 'xhr-polling' },
  { transport: 'iframe-htmlfile' },
  { transport: 'htmlfile', browser: { ...XDR, htmlfile: true } },
  { transport: 'xdr-streaming', browser: XDR },
  { transport: 'xdr-polling', browser: XDR },
  { transport: 'jsonp-polling', messages: MESSAGES / 5 },
];

describe('through a proxy that breaks one request in five, nothing is lost', () => {
  const seed = seedFromEnvironment();
  let flood: Flood;
  let gateway: GatewayProgram;
  let proxy: FaultProxy;
  let realm: Realm;

  before(() => console.log(`    FAULT_SEED=${seed}`));

  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      console.log(`    FAULT_SEED=${seed} ${JSON.stringify(proxy.counts)}`);
    realm.leave();
    await gateway.close();
    await proxy.close();
    await flood.close();
  });

  async function open(transport: string, count: number, browser: Partial<RealmOptions>): Promise<void> {
    flood = await startFlood(count);
    const routes = ['--route', `/flood=ws://127.0.0.1:${flood.port}`, '--route', '/echo=echo:'];
    gateway = await startProgram([...routes, ...FLOOD_OPTIONS]);
    proxy = await FaultProxy.start({
      target: gateway.port,
      seed,
      faults: FIFTH,
      only: (request) => request.url?.includes('/_fallback/') ?? false,
      hang: 4000,
    });
    realm = openRealm({ without: ['WebSocket'], ...browser, url: `http://127.0.0.1:${proxy.port}/page` });
    await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
    realm.run(floodScript);
  }

  const start = (count: number) =>
    realm.run(`startFlood('ws://127.0.0.1:${proxy.port}/flood', ${count})`) as {
      readonly received: number;
      readonly wrong: string | null;
      readonly closed: number | null;
      readonly opened: number;
      readonly socket: { close(): void; readonly diagnostics: unknown };
    };

  for (const { transport, messages = MESSAGES, browser = {} } of carriers) {
    it(`of ${messages} messages each way over ${transport}`, async function () {
      this.timeout(LIMIT + 30_000);
      await open(transport, messages, browser);
      const page = start(messages);
      const over = () => (page.received >= messages && flood.received >= messages) || page.closed !== null;
      await until('the end of the flood', over, LIMIT).catch((late) => {
        throw new Error(`${late.message}: ${page.received} down, ${flood.received} up`);
      });
      if (page.closed !== null) console.log(page.socket.diagnostics);
      assert.deepEqual(
        [page.wrong, flood.wrong, page.received, flood.received, page.closed, page.opened, flood.opened],
        [null, undefined, messages, messages, null, 1, 1],
      );
      const broken = proxy.requests - (proxy.counts.pass ?? 0);
      assert.ok(broken > messages / 500, `${broken} of ${proxy.requests} requests were broken`);
      assert.deepEqual(realm.errors, []);
    });

    const each = Math.floor(MESSAGES / MEMBERS);
    it(`of ${each} messages each way in each of ${MEMBERS} sockets that share a downstream over ${transport}`, async function () {
      this.timeout(LIMIT + 30_000);
      await open(transport, each, browser);
      const pages = Array.from({ length: MEMBERS }, () => start(each));
      const down = () => pages.reduce((sum, page) => sum + page.received, 0);
      const all = each * MEMBERS;
      const over = () =>
        (down() >= all && flood.received >= all) || pages.some((page) => page.closed !== null);
      await until('the end of the flood', over, LIMIT).catch((late) => {
        throw new Error(`${late.message}: ${down()} down, ${flood.received} up`);
      });
      for (const page of pages) if (page.closed !== null) console.log(page.closed, page.socket.diagnostics);
      for (const page of pages) {
        assert.deepEqual([page.wrong, page.received, page.closed, page.opened], [null, each, null, 1]);
      }
      assert.deepEqual([flood.wrong, flood.received, flood.opened], [undefined, all, MEMBERS]);
      const broken = proxy.requests - (proxy.counts.pass ?? 0);
      assert.ok(broken > MESSAGES / 500, `${broken} of ${proxy.requests} requests were broken`);
      assert.deepEqual(realm.errors, []);
    });

    if (/^x.r-polling$/.test(transport))
      it(`of ${EXCHANGES} exchanges over ${transport}`, async function () {
        this.timeout(LIMIT + 30_000);
        await open(transport, 0, browser);
        realm.run(exchangeScript);
        const url = `ws://127.0.0.1:${proxy.port}/echo`;
        const page = realm.run(`startExchanges('${url}', ${EXCHANGES})`) as {
          readonly received: number;
          readonly wrong: string | null;
          readonly closed: number | null;
        };
        const over = () => page.received >= EXCHANGES || page.wrong !== null || page.closed !== null;
        await until('the last exchange', over, LIMIT);
        assert.deepEqual([page.wrong, page.received, page.closed], [null, EXCHANGES, null]);
        // As many as broke are repeated, and the frames of those go alone.
        const broken = proxy.requests - (proxy.counts.pass ?? 0);
        assert.ok(broken > EXCHANGES / 20, `${broken} of ${proxy.requests} requests were broken`);
        assert.ok(proxy.requests < 2 * EXCHANGES, `${proxy.requests} requests`);
        assert.deepEqual(realm.errors, []);
      });

    it(`of ${SESSIONS} sessions one after the other over ${transport}, each of one backend connection`, async function () {
      this.timeout(LIMIT + 30_000);
      await open(transport, 3, browser);
      for (let i = 1; i <= SESSIONS; i++) {
        const page = start(3);
        await until(
          `session ${i}`,
          () => (page.received === 3 && flood.received === 3 * i) || page.closed !== null,
          30_000,
        );
        if (page.closed !== null) console.log(page.socket.diagnostics);
        assert.deepEqual([page.wrong, flood.wrong, page.closed, flood.opened], [null, undefined, null, i]);
        page.socket.close();
        await until(`the close of session ${i}`, () => page.closed !== null, 30_000);
        assert.equal(page.closed, 1005);
      }
    });
  }
});
