import assert from 'node:assert/strict';
import { type Created, create } from '../../client-shim/src/connect/create.ts';
import { Downstream } from '../../client-shim/src/session/downstream.ts';
import { createRequestQueue } from '../../client-shim/src/session/request-queue.ts';
import { Session } from '../../client-shim/src/session/session.ts';
import type { CarrierKind, SessionContext } from '../../client-shim/src/transport/carrier.ts';
import { CARRIERS } from '../../client-shim/src/transport/order.ts';
import { createPlatform } from '../../client-shim/src/transport/platform.ts';
import { xhrRequester } from '../../client-shim/src/transport/xhr-requester.ts';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { type Flood, numbered, startFlood } from '../support/clients/flood.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

const MESSAGES = 20_000;
const MOVES = 100;

/**
 * The shim's session below its ladder, so that the test says when it moves, and where to; the
 * requests are those of the stand-in for a browser.
 */
describe('a session that is moved under load', () => {
  let flood: Flood;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let realm: Realm;

  before(async () => {
    flood = await startFlood(MESSAGES);
    gateway = await startGateway({ routes: [`/flood=ws://127.0.0.1:${flood.port}`] });
    realm = openRealm({ url: `http://127.0.0.1:${gateway.port}/page` });
  });
  after(async () => {
    realm.leave();
    await gateway.close();
    await flood.close();
  });

  for (const names of [
    ['xhr-polling', 'xhr-streaming', 'eventsource'],
    ['xhr-polling', 'websocket-session', 'xhr-streaming', 'eventsource'],
  ]) {
    it(`loses nothing and has no close in ${MOVES} moves between ${names.join(', ')}`, async function () {
      this.timeout(90_000);
      const kinds = names.map((name) => CARRIERS.find((kind) => kind.name === name) as CarrierKind);
      const already = flood.received;
      const page = await openSession(kinds[0] as CarrierKind);
      let sent = 0;
      const proved: string[] = [];
      page.onProved = (kind) => proved.push(kind.name);
      for (let move = 1; move <= MOVES; move++) {
        // The load is spread over all moves: some goes before each, and each waits until both
        // directions went on.
        const share = Math.floor((MESSAGES * move) / MOVES);
        while (sent < share) page.session.send(numbered(sent++), 100);
        page.downstream._attach(kinds[move % kinds.length] as CarrierKind);
        const before = page.received;
        await until(
          `life after move ${move}`,
          () => page.received > before || page.received === MESSAGES || page.closed !== null,
        );
      }
      const all = () => page.received === MESSAGES && flood.received - already === MESSAGES;
      await until('the last message', () => all() || page.closed !== null, 60_000);
      assert.deepEqual([page.wrong, flood.wrong, page.closed], [null, undefined, null]);
      assert.deepEqual(new Set(proved), new Set(names));
      assert.deepEqual(realm.errors, []);
      page.session._unload();
    });
  }

  interface Page {
    session: Session;
    downstream: Downstream;
    received: number;
    wrong: string | null;
    closed: string | null;
    onProved: (kind: CarrierKind) => void;
  }

  function openSession(first: CarrierKind): Promise<Page> {
    const { WebSocket, setTimeout, clearTimeout } = realm.window;
    const platform = {
      ...createPlatform(realm.window, WebSocket),
      _setTimeout: setTimeout,
      _clearTimeout: clearTimeout,
    };
    const url = `ws://127.0.0.1:${gateway.port}/flood`;
    const target = { url, protocols: [], origin: realm.window.origin, transports: null };
    return new Promise((resolve, reject) => {
      const sendRequest = createRequestQueue(platform);
      const succeed = (created: Created): void => {
        const context: SessionContext = {
          url,
          _token: created._token,
          _node: created._node,
          _candidates: [],
          _requester: xhrRequester,
          _sendRequest: sendRequest,
          _crossOrigin: false,
          _binary: false,
          _postsBytes: true,
        };
        const page: Omit<Page, 'session' | 'downstream'> = {
          received: 0,
          wrong: null,
          closed: null,
          onProved: () => {},
        };
        const events = {
          open: () => {},
          message(data: unknown) {
            if (data !== numbered(page.received))
              page.wrong ??= `message ${page.received} was ${String(data).slice(0, 20)}`;
            page.received++;
          },
          sent: () => {},
          closing: () => {},
          closed(code: number) {
            page.closed = `${code}`;
          },
        };
        const downstream = new Downstream(platform, created, created._rtt, [], {
          _pick: (kind) => kind ?? first,
          _proved: (kind) => page.onProved(kind),
          _lost: (loss) => loss,
          _poll: () => undefined,
          _stop: () => {},
        });
        const session = new Session(
          platform,
          context,
          created,
          events,
          {
            _note: () => {},
            _ended(why) {
              page.closed ??= why;
            },
          },
          downstream,
        );
        resolve(Object.assign(page, { session, downstream }));
      };
      create(sendRequest, xhrRequester, platform, target, false, '', '', succeed, (reason) =>
        reject(new Error(reason)),
      );
    });
  }
});
