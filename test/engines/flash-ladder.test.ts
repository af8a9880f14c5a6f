import assert from 'node:assert/strict';
import type { Step } from '../../client-shim/src/connect/connection.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Pages, startFront } from '../support/servers/front.ts';
import { startProgram } from '../support/servers/gateway-program.ts';
import type { EngineName } from './engine.ts';

/**
 * Opens one socket, and reports what the shim did until the first echo. `first` runs before the
 * shim. `warm`: once a movie of the page's own has run. Ruffle is ten megabytes to compile, for
 * which a machine with much else to do may take longer than a player may.
 */
const pages: Pages = {
  '/_test/page.html': (query) => `<!DOCTYPE html><html><head><title>ladder</title></head><body>
<script src="/_test/test-page.js"></script>
<script>${query.get('first')}</script>
<script src="/shim/websocket.min.js" data-transports="${query.get('transports')}"></script>
<script>
function start() {
  var socket = new WebSocket('ws://' + location.host + '/echo');
  socket.onopen = function () { socket.send('x'); };
  socket.onmessage = socket.onclose = function (event) {
    testPage.report(JSON.stringify({ code: event.code, transport: socket.transport, steps: socket.diagnostics }));
    socket.onclose = null;
  };
}
function warmUp() {
  window.FallbackGatewayFlash = {
    tell: function () {
      window.FallbackGatewayFlash = undefined;
      setTimeout(start, 0);
    }
  };
  document.write('<embed type="application/x-shockwave-flash" src="/shim/flash-socket.swf" allowScriptAccess="always" width="1" height="1">');
}
${query.has('warm') ? 'warmUp();' : 'start();'}
</script></body></html>`,
};

interface Report {
  readonly code?: number;
  readonly transport: string;
  readonly steps: Step[];
}

const WITHOUT_SOCKET = 'window.WebSocket = undefined;';
const WITHOUT_STREAMS = `${WITHOUT_SOCKET} window.EventSource = undefined;`;

describe('the ladder with Flash', function () {
  this.timeout(340_000);
  let flags: string[] = ['--policy-port', '0'];
  afterEach(() => {
    flags = ['--policy-port', '0'];
  });

  async function reportOf(
    engine: EngineName,
    transports: string,
    first: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Report> {
    const gateway = await startProgram([...flags, '--grace', '100ms', '--log-level', 'silent']);
    const front = await startFront(gateway.port, pages);
    try {
      const report = await reportFrom({ engine, front, query: { transports, first, ...more }, seconds: 60 });
      return JSON.parse(report) as Report;
    } finally {
      await front.close();
      await gateway.close();
    }
  }

  /**
   * The first of five reports that is `good`, or the last: times are those of an idle machine, and
   * what it can do it need not do every time.
   */
  async function reportUntil(
    engine: EngineName,
    transports: string,
    good: (report: Report) => boolean,
  ): Promise<Report> {
    let report = await reportOf(engine, transports, WITHOUT_STREAMS);
    for (let tries = 1; tries < 5 && !good(report); tries++) {
      report = await reportOf(engine, transports, WITHOUT_STREAMS);
    }
    return report;
  }

  function timeOf({ steps }: Report, transport: string, what: string): number {
    const step = steps.find((one) => one.transport === transport && one.what === what);
    assert.ok(step, `no step "${transport} ${what}" in ${JSON.stringify(steps)}`);
    return step.time;
  }

  it('prefers a native WebSocket, with a player there', async function () {
    requireOrSkip(this, 'flash');
    const report = await reportOf('flash', 'flash-socket,websocket,xhr-polling', '');
    assert.equal(report.transport, 'websocket');
    assert.ok(report.steps.every(({ transport }) => transport !== 'flash-socket'));
  });

  it('prefers a stream that is named before it', async function () {
    requireOrSkip(this, 'flash');
    const report = await reportOf('flash', 'websocket,eventsource,flash-socket,xhr-polling', WITHOUT_SOCKET);
    assert.ok(report.steps.every(({ transport }) => transport !== 'flash-socket'));
  });

  it('uses Flash where it is the best that is left', async function () {
    requireOrSkip(this, 'flash');
    const transports = 'websocket,eventsource,flash-socket,xhr-polling';
    const report = await reportOf('flash', transports, WITHOUT_STREAMS, { warm: 'yes' });
    assert.equal(report.transport, 'flash-socket', JSON.stringify(report.steps));
    assert.equal(report.code, undefined);
  });

  it('loses less than 100 ms where there is no player', async function () {
    requireOrSkip(this, 'chromium');
    const lost = (report: Report) => timeOf(report, '', 'create');
    const transports = 'websocket,flash-socket,xhr-polling';
    const report = await reportUntil('chromium', transports, (one) => lost(one) < 100);
    assert.equal(report.transport, 'xhr-polling');
    assert.ok(lost(report) < 100, `${lost(report)} ms`);
  });

  it('gives up a player that is blocked after five seconds and the time its script takes', async function () {
    requireOrSkip(this, 'chromium');
    const blocked = `${WITHOUT_STREAMS} Object.defineProperty(navigator, 'plugins', { value: { 'Shockwave Flash': {} } });`;
    const report = await reportOf('chromium', 'websocket,flash-socket,xhr-polling', blocked);
    assert.equal(report.transport, 'xhr-polling');
    const given = timeOf(report, 'flash-socket', 'no player answered');
    assert.ok(given >= 5000 && given < 8000, `${given} ms`);
  });

  it('gives up at once where the gateway has no Flash', async function () {
    requireOrSkip(this, 'flash');
    flags = [];
    const lost = (report: Report) => timeOf(report, 'flash-socket', 'no script');
    const transports = 'websocket,flash-socket,xhr-polling';
    const report = await reportUntil('flash', transports, (one) => lost(one) < 1000);
    assert.equal(report.transport, 'xhr-polling');
    assert.ok(lost(report) < 1000, `${lost(report)} ms`);
  });
});
