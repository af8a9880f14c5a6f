import assert from 'node:assert/strict';
import { openRealm } from '../support/browser/realm.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';
import { carriers } from './carriers.ts';

const EXCHANGES = 40;
/** The exchanges over which requests are counted: the first ones set up polls. */
const FROM = 5;

/** A page that sends each message when the one before has come back. Pages are ES3. */
const pageScript = `
  function startExchanges(url, count, begin) {
    var page = { received: 0, wrong: null };
    var socket = new WebSocket(url);
    function next() { socket.send('message ' + page.received); }
    socket.onopen = function () { setTimeout(next, 50); };
    socket.onmessage = function (event) {
      if (event.data !== 'message ' + page.received && page.wrong === null) page.wrong = event.data;
      page.received += 1;
      if (page.received < count) begin(next);
    };
    return page;
  }
  function now(next) { next(); }
  function afterPromises(next) { Promise.resolve().then(function () {}).then(next); }
  function later(next) { setTimeout(next, 60); }`;

interface Page {
  readonly received: number;
  readonly wrong: string | null;
}

describe('requests for an exchange of a message and its answer', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], jsonp: true });
  });
  after(() => gateway.close());

  /** How many polls and sends `EXCHANGES - FROM` exchanges took. */
  async function countOver(name: string, begin: string): Promise<{ polls: number; sends: number }> {
    const { transport, browser } = carriers.find((one) => one.name === name) ?? assert.fail(name);
    const actions: string[] = [];
    const proxy = await FaultProxy.start({
      target: gateway.port,
      only: ({ url = '' }) => {
        actions.push(url.replace(/\?.*/, '').replace(/.*\//, ''));
        return false;
      },
    });
    const realm = openRealm({ ...browser, url: `http://127.0.0.1:${proxy.port}/page` });
    try {
      // The stand-in has none. Engines with promises do.
      if (begin === 'afterPromises') realm.window.MessageChannel = MessageChannel;
      await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
      realm.run(pageScript);
      const url = `ws://127.0.0.1:${proxy.port}/echo`;
      const page = realm.run(`startExchanges('${url}', ${EXCHANGES}, ${begin})`) as Page;
      const came = (count: number) => () => page.received >= count || page.wrong !== null;
      await until('the first exchanges', came(FROM), 10_000);
      const { length } = actions;
      await until('all exchanges', came(EXCHANGES), 20_000);
      assert.equal(page.wrong, null);
      assert.deepEqual(realm.errors, []);
      const counted = actions.slice(length);
      const count = (action: string) => counted.filter((one) => one === action).length;
      return { polls: count(transport), sends: count('send') };
    } finally {
      realm.leave();
      await proxy.close();
    }
  }

  /**
   * One request each, and not two. On a busy machine now and then a poll ends, or an answer comes,
   * later than a message may wait.
   */
  function isOneEach({ polls, sends }: { polls: number; sends: number }): void {
    assert.ok(polls + sends < 1.5 * (EXCHANGES - FROM), `${polls} polls and ${sends} sends`);
  }

  for (const name of [
    'XHR polling',
    'XHR polling in an old Internet Explorer',
    'XDR polling in Internet Explorer 8',
  ])
    it(`are one over ${name}`, async () => {
      isOneEach(await countOver(name, 'now'));
    }).timeout(40_000);

  it('are one over XHR polling from a page that awaits its messages', async () => {
    isOneEach(await countOver('XHR polling', 'afterPromises'));
  }).timeout(40_000);

  it('are two where the page takes its time: a message does not wait for the next poll', async () => {
    const { sends } = await countOver('XHR polling', 'later');
    assert.ok(sends >= EXCHANGES - FROM - 2, `${sends} sends`);
  }).timeout(40_000);

  it('are more over JSONP, whose polls are GETs and carry nothing', async () => {
    const { sends } = await countOver('JSONP', 'now');
    assert.ok(sends >= EXCHANGES - FROM - 2, `${sends} sends`);
  }).timeout(40_000);
});
