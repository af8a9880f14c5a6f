import { strict as assert } from 'node:assert';
import type { Browser, Page } from 'playwright-core';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium, newPage } from '../support/pages/chromium.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** What works in it. */
const TRANSPORTS = [
  'websocket',
  'websocket-session',
  'xhr-streaming',
  'eventsource',
  'iframe-htmlfile',
  'xhr-polling',
  'jsonp-polling',
];

/** Cells of the laboratory's table, each as its lines of text. */
const TABLE = `[...document.querySelectorAll('#results tr')].map((row) =>
  [...row.cells].map((cell) => cell.innerText.split('\\n').map((line) => line.trim())))`;

describe('the demo in Chromium', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let base: string;
  /** What pages threw, and files that were not there. */
  const faults: string[] = [];

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startGateway({ demo: true, status: '127.0.0.1:0' });
    base = `http://127.0.0.1:${gateway.port}`;
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  beforeEach(() => {
    faults.length = 0;
  });

  /** A page in a profile of its own: what the shim remembers of the last one is not there. */
  async function open(address: string): Promise<Page> {
    const page = await newPage(browser, faults);
    await page.goto(address);
    return page;
  }

  it('says on the start page which transport this browser is on', async () => {
    const page = await open(`${base}/`);
    await page.waitForFunction("document.getElementById('state').className === 'says says-good'");
    assert.match((await page.textContent('#state')) ?? '', /connected over websocket, opened in/);
    assert.match((await page.textContent('pre')) ?? '', new RegExp(`${base}/shim/websocket\\.min\\.js`));
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it('leads from the start page to the status page, or says that it is off', async () => {
    const page = await open(`${base}/`);
    await page.click('.card a[href="/status.html"]');
    await page.click('#open a');
    await page.waitForURL(`http://127.0.0.1:${gateway.statusPort}/status`);
    assert.match((await page.textContent('main')) ?? '', /\/demo\/echo/);
    const without = await startGateway({ demo: true });
    try {
      await page.goto(`http://127.0.0.1:${without.port}/demo/status`);
      assert.equal(
        await page.textContent('#state'),
        'The status page is off: this gateway was started without --status.',
      );
    } finally {
      await without.close();
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it('runs the tutorial: supported, sent, received, closed', async () => {
    const page = await open(`${base}/tutorial.html`);
    const alerts: string[] = [];
    const closed = new Promise<void>((resolve) => {
      page.on('dialog', async (dialog) => {
        alerts.push(dialog.message());
        await dialog.accept();
        if (dialog.message().startsWith('Connection is closed')) resolve();
      });
    });
    await page.click('#run a');
    await closed;
    assert.deepEqual(alerts, [
      'WebSocket is supported by your browser!',
      'Message is sent...',
      'Message is received: Message to send',
      'Connection is closed...',
    ]);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  for (const transport of ['', ...TRANSPORTS]) {
    it(`connects, sends, receives and closes by hand over ${transport || 'what the shim picks'}`, async () => {
      const page = await open(`${base}/console.html`);
      const logged = (text: string) =>
        page.waitForFunction(
          `document.getElementById('log').innerText.replace(/\\s+/g, ' ').includes(${JSON.stringify(text)})`,
        );
      await page.selectOption('#transport', transport);
      await page.click('#connect');
      await logged(`open over ${transport || 'websocket'}`);
      await page.fill('#message', 'snow ☃ and 🎈');
      await page.click('#sendText');
      await logged('← snow ☃ and 🎈');
      await page.fill('#message', '00 7f ff');
      await page.click('#sendHex');
      await logged('← [3 bytes] 00 7f ff');
      await page.fill('#code', '4001');
      await page.fill('#reason', 'bye');
      await page.click('#close');
      await logged('close 4001 "bye", clean');
      assert.equal(await page.textContent('#readyState'), '3 closed');
      assert.deepEqual(faults, []);
      await page.context().close();
    });
  }

  it('measures in the laboratory every transport that this version has, and says why not of the others', async () => {
    const page = await open(`${base}/laboratory.html`);
    await page.waitForFunction("document.title === 'Laboratory: done'", null, { timeout: 80_000 });
    const rows = (await page.evaluate(TABLE)) as string[][][];
    const results = Object.fromEntries(rows.map((cells) => [cells[0]?.[0], cells[1]?.[0]]));
    assert.deepEqual(results, {
      automatic: 'works',
      websocket: 'works',
      'websocket-session': 'works',
      'xhr-streaming': 'works',
      eventsource: 'works',
      'iframe-htmlfile': 'works',
      htmlfile: 'not in this browser',
      'xdr-streaming': 'not in this browser',
      'xdr-polling': 'not in this browser',
      'xhr-polling': 'works',
      'jsonp-polling': 'works',
      'flash-socket': 'not in this browser',
    });
    for (const cells of rows.filter((row) => row[1]?.[0] === 'works')) {
      const [, , open, median, worst, rate, binary] = cells.map((lines) => lines[0] ?? '');
      for (const time of [open, median, worst]) assert.match(time ?? '', /^(< )?[\d.]+ m?s$/);
      assert.match(rate ?? '', /^[\d ]+$/);
      assert.equal(binary, 'yes');
    }
    assert.deepEqual(
      await page.evaluate(
        "[...document.querySelectorAll('#chartTrips td.what')].map((cell) => cell.innerText)",
      ),
      TRANSPORTS,
    );
    assert.match((await page.textContent('#verdict')) ?? '', /WebSocket works here\..* uses websocket/);
    const report = await page.inputValue('#report');
    assert.match(report, /^xhr-polling +works/m);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base });
    await page.click('#copy');
    await page.waitForFunction("document.getElementById('copied').innerText === 'Copied.'");
    assert.equal(
      (await page.evaluate('navigator.clipboard.readText()')) as string,
      report.replace(/\r?\n/g, '\n'),
    );
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it("measures a route of the operator's: opened over each transport, with nothing sent to it", async () => {
    const received: string[] = [];
    const own = await startGateway({ demo: true, routes: [] }, (made) =>
      made.route('/own', (socket) => socket.on('message', (data) => received.push(String(data)))),
    );
    try {
      const page = await open(`http://127.0.0.1:${own.port}/laboratory.html?route=%2Fown`);
      await page.waitForFunction("document.title === 'Laboratory: done'", null, { timeout: 80_000 });
      const rows = (await page.evaluate(TABLE)) as string[][][];
      const results = Object.fromEntries(rows.map((cells) => [cells[0]?.[0], cells[1]]));
      for (const transport of TRANSPORTS) {
        assert.deepEqual(results[transport], ['works', 'opened and closed; nothing was sent'], transport);
      }
      assert.deepEqual(received, []);
      assert.equal(await page.textContent('#target'), '/own');
      assert.match(await page.inputValue('#report'), /^route {6}\/own$[\s\S]*^Local Network Access {2}\w/m);
      assert.deepEqual(faults, []);
      await page.context().close();
    } finally {
      await own.close();
    }
  });

  it('shows all columns of the laboratory on a narrow screen', async () => {
    const page = await open(`${base}/laboratory.html`);
    for (const width of [981, 980, 640, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const right = (await page.evaluate(
        "[...document.querySelectorAll('.data th')].pop().getBoundingClientRect().right",
      )) as number;
      const scroll = (await page.evaluate('document.documentElement.scrollWidth')) as number;
      assert.ok(right <= width && scroll <= width, `${width}: column to ${right}, page to ${scroll}`);
    }
    await page.context().close();
  });

  it('explains a network that breaks WebSocket and holds streams back', async () => {
    const proxy = await FaultProxy.start({
      target: gateway.port,
      seed: 1,
      upgrade: '426',
      faults: { buffer: 1 },
      only: (request) => /xhr-streaming|eventsource/.test(request.url ?? ''),
    });
    try {
      const page = await open(`http://127.0.0.1:${proxy.port}/laboratory.html`);
      // Before it begins, a moment after load: three seconds of silence say as much here as eight.
      await page.evaluate('Laboratory.limits.trip = 3000');
      await page.waitForFunction("document.title === 'Laboratory: done'", null, { timeout: 100_000 });
      const rows = (await page.evaluate(TABLE)) as string[][][];
      const results = Object.fromEntries(rows.map((cells) => [cells[0]?.[0], cells[1]]));
      assert.deepEqual(results.automatic, ['works', 'over xhr-polling']);
      assert.equal(results.websocket?.[0], 'failed');
      assert.equal(results['xhr-streaming']?.[0], 'held back');
      assert.equal(results.eventsource?.[0], 'held back');
      assert.equal(results['xhr-polling']?.[0], 'works');
      const meanings = (await page.evaluate("document.getElementById('meanings').innerText")) as string;
      assert.match(meanings, /does not pass the Upgrade header on/);
      assert.match(meanings, /Streaming is held back/);
      await page.context().close();
    } finally {
      await proxy.close();
    }
  });
});
