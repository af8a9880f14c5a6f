import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium, newPage } from '../support/pages/chromium.ts';
import { useDemoPage } from '../support/pages/demo-page.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startRabbitMq } from '../support/stomp/brokers.ts';
import { StompClient } from '../support/stomp/stomp-client.ts';

describe('the chat page', function () {
  this.timeout(60_000);
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  beforeEach(async () => {
    gateway = await startGateway({ demo: true });
  });
  afterEach(() => gateway.close());

  describe('in Chromium', () => {
    let browser: Browser;
    /** What pages threw, and files that were not there. */
    const faults: string[] = [];

    before(async function () {
      requireOrSkip(this, 'chromium');
      browser = await launchChromium();
    });
    after(() => browser?.close());
    beforeEach(() => {
      faults.length = 0;
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
    });

    /** A page in a profile of its own, in the room that comes first. */
    async function enter(name: string, query = ''): Promise<Page> {
      const page = await newPage(browser, faults);
      await page.goto(`http://127.0.0.1:${gateway.port}/chat.html${query}`);
      await page.fill('#name', name);
      await page.click('#enter');
      await shows(page, 'state', 'Connected over');
      return page;
    }

    const shows = (page: Page, id: string, text: string) =>
      page.waitForFunction(
        `document.getElementById('${id}').innerText.replace(/\\s+/g, ' ').includes(${JSON.stringify(text)})`,
      );
    const showsNot = (page: Page, id: string, text: string) =>
      page.waitForFunction(`!document.getElementById('${id}').innerText.includes(${JSON.stringify(text)})`);
    async function say(page: Page, text: string, to = 'everybody in the room'): Promise<void> {
      await page.selectOption('#to', { label: to });
      await page.fill('#text', text);
      await page.press('#text', 'Enter');
    }

    it('connects over the transport that is chosen, by the page or in its address', async () => {
      const page = await enter('Anna', '?transport=xhr-polling');
      await shows(page, 'state', 'Connected over xhr-polling');
      await page.selectOption('#transport', 'eventsource');
      await shows(page, 'state', 'Connected over eventsource');
      await say(page, 'still here');
      await shows(page, 'log', 'still here');
      assert.deepEqual(faults, []);
    });

    it('shows who is there, and what they say to all and to one', async () => {
      const ada = await enter('Ada');
      const grace = await enter('Grace <b>');
      const edsger = await enter('Edsger');
      for (const page of [ada, grace, edsger])
        for (const name of ['Ada', 'Edsger', 'Grace <b>']) await shows(page, 'people', name);
      await say(ada, 'snow ☃ and 🎈, a:b\\c <i>');
      for (const page of [ada, grace, edsger]) await shows(page, 'log', 'Ada snow ☃ and 🎈, a:b\\c <i>');
      await say(grace, 'psst', 'Ada only');
      await shows(ada, 'log', 'Grace <b> (to you only) psst');
      await say(grace, 'aloud');
      await shows(edsger, 'log', 'Grace <b> aloud');
      assert.doesNotMatch(await edsger.innerText('#log'), /psst/);
      assert.deepEqual(faults, []);
    });

    it('is not put off by what else is sent to its topics', async () => {
      const ada = await enter('Ada');
      const stranger = await StompClient.open(`ws://127.0.0.1:${gateway.port}/demo/stomp`);
      stranger.send('CONNECT', { 'accept-version': '1.2' });
      const destination = '/topic/chat.lobby';
      for (const body of ['hello', '', 'enter\n__proto__\nx\n']) stranger.send('SEND', { destination }, body);
      await stranger.ask('SEND', { destination }, 'enter\nu1\nProgram\n');
      await shows(ada, 'people', 'Program');
      const people = await ada.locator('#to option').allInnerTexts();
      assert.deepEqual(people, ['everybody in the room', 'Program only']);
      stranger.end();
      assert.deepEqual(faults, []);
    });

    it('changes rooms and leaves', async () => {
      const ada = await enter('Ada');
      const grace = await enter('Grace');
      await shows(ada, 'people', 'Grace');
      await grace.selectOption('#room', 'garden');
      await shows(grace, 'title', 'Garden');
      await showsNot(ada, 'people', 'Grace');
      await say(ada, 'indoors');
      await shows(ada, 'log', 'Ada indoors');
      await grace.selectOption('#room', 'lobby');
      await shows(ada, 'people', 'Grace');
      assert.doesNotMatch(await grace.innerText('#log'), /indoors/);
      await grace.click('#leave');
      await shows(ada, 'log', 'Grace has left');
      const edsger = await enter('Edsger');
      await shows(ada, 'people', 'Edsger');
      await edsger.context().close();
      await shows(ada, 'log', 'Edsger has left');
      assert.deepEqual(faults, []);
    });

    it('leaves a connection on which it got an ERROR, though RabbitMQ would keep it', async () => {
      const ends: Promise<unknown>[] = [];
      const broker = createServer((socket) => {
        ends.push(new Promise((resolve) => socket.once('close', resolve)));
        socket.on('error', () => {});
        socket.once('data', () => {
          socket.write('CONNECTED\nversion:1.1\nheart-beat:0,0\n\n\0');
          socket.write('ERROR\nmessage:access refused\n\n\0');
        });
      }).listen(0, '127.0.0.1');
      await once(broker, 'listening');
      await gateway.close();
      const { port } = broker.address() as AddressInfo;
      gateway = await startGateway({ demo: true, routes: [`/strict=stomp://127.0.0.1:${port}`] });
      const page = await newPage(browser, faults);
      await page.goto(`http://127.0.0.1:${gateway.port}/chat.html?route=/strict`);
      await page.fill('#name', 'Ada');
      await page.click('#enter');
      await shows(page, 'state', 'Not connected: access refused');
      await ends[0];
      broker.close();
    });

    it('works with RabbitMQ through the relay', async function () {
      this.timeout(150_000);
      for (const needed of ['rabbitmq-server', 'epmd']) requireOrSkip(this, needed);
      const rabbit = await startRabbitMq();
      try {
        await gateway.close();
        gateway = await startGateway({ demo: true, routes: [`/rabbit=stomp://127.0.0.1:${rabbit.port}`] });
        const ada = await enter('Ada', '?route=/rabbit');
        const grace = await enter('Grace', '?route=/rabbit');
        await shows(ada, 'people', 'Grace');
        await shows(grace, 'people', 'Ada');
        await say(ada, 'snow ☃ and 🎈');
        await shows(grace, 'log', 'Ada snow ☃ and 🎈');
        await say(grace, 'psst', 'Ada only');
        await shows(ada, 'log', 'Grace (to you only) psst');
        assert.deepEqual(faults, []);
      } finally {
        await gateway.close();
        await rabbit.stop();
      }
    });

    it('comes back into its room when the server does', async () => {
      const pages = [await enter('Ada'), await enter('Grace', '?route=/demo/stomp')] as const;
      await shows(pages[0], 'people', 'Grace');
      const { port } = gateway;
      await gateway.close();
      for (const page of pages)
        await shows(page, 'state', 'Not connected: the connection was lost. The next attempt');
      gateway = await startGateway({ demo: true, listen: `127.0.0.1:${port}` });
      for (const page of pages) await shows(page, 'state', 'Connected over');
      await shows(pages[0], 'people', 'Grace');
      await shows(pages[1], 'people', 'Ada');
      await say(pages[1], 'back again');
      await shows(pages[0], 'log', 'Grace back again');
      assert.deepEqual(faults, []);
    });
  });

  for (const [engine, stands] of [
    ['phantomjs-1.9', 'WebKit of 2011'],
    ['khtml', 'without WebSocket and EventSource'],
    ['htmlunit-ie6', 'with the document of IE 6'],
    ['htmlunit-ie8', 'with the document of IE 8'],
  ] as const) {
    it(`works in ${engine}, ${stands}`, async function () {
      requireOrSkip(this, engine);
      const driver = `<script>
        function log() { return document.getElementById('log').innerText.replace(/\\s+/g, ' '); }
        function say(text) {
          document.getElementById('text').value = text;
          document.getElementById('send').onclick();
        }
        document.getElementById('name').value = 'Konrad';
        document.getElementById('enter').onclick();
        var said = false;
        setInterval(function () {
          var isConnected = document.getElementById('send').className === 'main';
          if (isConnected && !said) {
            said = true;
            say('snow \\u2603 and \\ud83c\\udf88');
          }
          if (log().indexOf('Konrad snow \\u2603 and \\ud83c\\udf88') >= 0
              && document.getElementById('people').innerText.indexOf('Konrad (you)') >= 0)
            document.title = 'done';
        }, 50);
      </script></body>`;
      const output = await useDemoPage({
        engine,
        gatewayPort: gateway.port,
        page: 'chat.html',
        edit: (html) => html.replace('</body>', driver),
      });
      // KHTML's own programs tell of what they miss of a desktop.
      const said = output.split('\n').filter((line) => !/^(title: |kio_|_XSERV|$)/.test(line));
      assert.deepEqual(said, []);
    });
  }
});
