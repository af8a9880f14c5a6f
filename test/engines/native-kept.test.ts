import assert from 'node:assert/strict';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import type { UpgradeFate } from '../support/faults/faults.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { Servers } from '../support/servers/upstreams.ts';
import type { EngineName } from './engine.ts';

/** Opens groups of sockets, each when the one before is open: `COUNTxMS`, separated by spaces. */
const page = (): string => `<!DOCTYPE html><html><head><title>page</title></head><body>
<script src="/shim/websocket.min.js"></script>
<script src="/_test/test-page.js"></script>
<script>
var groups = testPage.parameters.groups.split(' '), all = [], began = Date.now();
function next() {
  var group = groups.shift(), left, i;
  if (!group) return testPage.report(JSON.stringify(all));
  group = group.split('x');
  left = +group[0];
  for (i = 0; i < group[0]; i += 1) open(group[1], function () { if (!--left) next(); });
}
function open(ms, done) {
  var socket = new WebSocket('ws://' + location.host + '/slow?ms=' + ms);
  function over(what) {
    all.push([what, socket.transport, Date.now() - began, socket.diagnostics]);
    done();
  }
  socket.onopen = function () { socket.onerror = null; over('open'); };
  socket.onerror = function () { over('error'); };
}
next();
</script></body></html>`;

/** Milliseconds after which the shim asks about a handshake that is not over. */
const HANDSHAKE_TIME = 2000;
/** Milliseconds. Below 3,000 on an idle machine; one after the other would take 50,000. */
const SOON = 10_000;

type Opened = [what: string, transport: string, at: number, diagnostics: unknown];

for (const engine of ['chromium', 'firefox', 'webkitgtk'] as const satisfies readonly EngineName[]) {
  describe(`a WebSocket of a page in ${engine}`, function () {
    this.timeout(240_000);
    const servers = new Servers();
    let handshakes = 0;
    let gateway: GatewayProgram;
    let front: Front;

    before(async function () {
      requireOrSkip(this, engine);
      const backend = await servers.webSocket(() => {}, {
        verifyClient: ({ req }, done) => {
          handshakes++;
          const ms = Number(new URL(req.url ?? '/', 'http://backend').searchParams.get('ms'));
          setTimeout(() => done(true), ms);
        },
      });
      gateway = await startProgram(['--route', `/slow=ws://127.0.0.1:${backend}`, '--log-level', 'silent']);
      front = await startFront(gateway.port, { '/_test/page.html': page });
    });
    beforeEach(() => {
      handshakes = 0;
    });
    after(async () => {
      await front?.close();
      await gateway?.close();
      servers.stopAll();
    });

    async function visit(groups: string, port = front.port): Promise<Opened[]> {
      const query = { id: `${groups} ${port}`, groups };
      return JSON.parse(await reportFrom({ engine, front: { ...front, port }, query, seconds: 60 }));
    }

    for (const [what, groups] of [
      ['among 25 at once', '25x0'],
      ['among 18 at once after one', '1x0 18x0'],
      ['to a server that takes 1.3 s, after a quick one', '1x0 1x1300 1x0'],
      ['to a server that takes 4 s', '1x4000 1x0'],
      ['among three to a server that takes 1.2 s', '3x1200 1x0'],
      ['among three to a server that takes 4 s', '3x4000 1x0'],
    ] as const) {
      it(`is native, with one handshake, ${what}`, async () => {
        const opened = await visit(groups);
        const others = opened.filter(([how, transport]) => how !== 'open' || transport !== 'websocket');
        assert.deepEqual(others, []);
        assert.equal(handshakes, opened.length);
      });
    }

    for (const [fate, groups] of [
      ['swallow', '1x0 1x0'],
      ['swallow', '25x0 1x0'],
      ['partial-101', '1x0 1x0'],
      ['426', '1x0 1x0'],
    ] as const satisfies readonly [UpgradeFate, string][]) {
      it(`is open on a fallback soon after the handshake's time is up, and the next one at once, where the Upgrade meets ${fate} (${groups})`, async () => {
        const proxy = await FaultProxy.start({ target: front.port, upgrade: fate });
        try {
          const opened = await visit(groups, proxy.port);
          const next = opened.pop() as Opened;
          const last = Math.max(...opened.map(([, , at]) => at));
          assert.ok(last < SOON, JSON.stringify(opened.at(-1)));
          // No handshake was waited for once more.
          assert.ok(next[2] - last < HANDSHAKE_TIME, JSON.stringify(next));
          for (const [how, transport] of [...opened, next]) {
            assert.equal(how, 'open');
            assert.notEqual(transport, 'websocket');
          }
        } finally {
          await proxy.close();
        }
      });
    }
  });
}
