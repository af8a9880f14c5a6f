import assert from 'node:assert/strict';
import { carriers } from '../conformance/carriers.ts';
import { openRealm } from '../support/browser/realm.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

const SOCKETS = 5;
const ROUNDS = 5;

/**
 * One socket pours what its backend does not take, the others ask and are answered. Pages are ES3.
 */
const page = `
  var talk = { poured: null, rounds: [], closed: 0 };
  function repeat(text, times) { var all = ''; while (all.length < times) all += text; return all; }
  function start(host) {
    var slow = new WebSocket(host + '/slow');
    var i;
    talk.slow = slow;
    slow.onopen = function () {
      var i;
      for (i = 0; i < 16; i += 1) slow.send(repeat('0123456789abcdef', 65536));
      talk.poured = slow;
      // When its requests wait for their answers.
      setTimeout(function () { for (i = 0; i < ${SOCKETS}; i += 1) ask(i, host); }, 500);
    };
    slow.onclose = function () { talk.closed += 1; };
  }
  function ask(i, host) {
    var ws = new WebSocket(host + '/echo');
    talk.rounds[i] = 0;
    ws.onopen = function () { ws.send('0'); };
    ws.onmessage = function (event) {
      talk.rounds[i] += 1;
      if (talk.rounds[i] < ${ROUNDS}) ws.send('' + talk.rounds[i]);
    };
    ws.onclose = function () { talk.closed += 1; };
  }`;

describe('a socket whose backend does not read', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'] }, (made) =>
      made.route('/slow', (socket) => socket.pause()),
    );
  });
  after(() => gateway.close());

  for (const { name, transport, browser } of carriers) {
    // One of each kind: a stream, polls of many and of few requests at a time, scripts. The rest
    // differ in what is not looked at here.
    if (!/^(EventSource|XHR polling.*|JSONP)$/.test(name)) continue;
    it(`does not hold up the others of its page in a browser of two connections, over ${name}`, async function () {
      this.timeout(60_000);
      const realm = openRealm({ ...browser, url: `http://127.0.0.1:${gateway.port}/page`, connections: 2 });
      try {
        await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
        realm.run(page);
        realm.run(`start('ws://127.0.0.1:${gateway.port}')`);
        const { talk } = realm.window as { talk: { rounds: number[]; closed: number; slow: WebSocket } };
        const done = () => talk.rounds.length === SOCKETS && talk.rounds.every((rounds) => rounds === ROUNDS);
        await until('the answers to all the others', done, 25_000);
        assert.equal(talk.closed, 0);
        assert.ok(talk.slow.bufferedAmount > 0, 'the slow one has not got rid of its own');
        assert.deepEqual(realm.errors, []);
      } finally {
        realm.leave();
      }
    });
  }
});
