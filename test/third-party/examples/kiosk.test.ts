import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EngineName, run } from '../../engines/engine.ts';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { type Front, startFront } from '../../support/servers/front.ts';
import { RunningExample } from './running.ts';

/** Stand-ins for Internet Explorer with a document, and a WebKit of 2011. */
const ENGINES: readonly EngineName[] = ['htmlunit-ie8', 'htmlunit-ie6', 'phantomjs-1.9'];

const page = readFileSync(
  new URL('../../../examples/kiosk/public/index.html', import.meta.url),
  'utf8',
).replace(
  '</body>',
  `<script type="text/javascript">
    setInterval(function () {
      var cells = document.getElementById('board').getElementsByTagName('td');
      var isConnected = /connected over/.test(document.getElementById('state').innerHTML);
      if (isConnected && cells.length >= 6 && cells[4].innerHTML === 'Lausanne') document.title = 'done';
    }, 100);
  </script></body>`,
);

describe('the example kiosk shows what the server sends, in', function () {
  this.timeout(90_000);
  let running: RunningExample;
  let front: Front;

  before(async () => {
    running = await RunningExample.start({ folder: 'kiosk' });
    front = await startFront(running.port, { '/kiosk.html': () => page });
  });
  after(async () => {
    await front?.close();
    await running?.stop();
  });

  for (const engine of ENGINES) {
    it(engine, async function () {
      requireOrSkip(this, engine);
      const { done, output } = await run(engine, `http://127.0.0.1:${front.port}/kiosk.html`, {
        seconds: 60,
      });
      assert.ok(done, `${output}\n${front.requested()}`);
    });
  }
});
