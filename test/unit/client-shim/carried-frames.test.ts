import assert from 'node:assert/strict';
import type { Connection } from '../../../client-shim/src/connect/connection.ts';
import { FakeBrowser } from './support/fake-browser.ts';
import { FakePage, type Opened, RS } from './support/fake-page.ts';

/** A page over polls, with `.` for the frame end in what it asks and is answered. */
class PollingPage extends FakePage {
  readonly socket: Opened;

  constructor(
    onMessage: (connection: Connection, data: unknown) => void = reply,
    browser = new FakeBrowser(),
    transports = ['xhr-polling'],
    carriers = 'xhr-polling,xhr-streaming,shared',
  ) {
    super(browser);
    this.socket = this.open({ transports }, onMessage);
    this.create({ carriers });
  }

  /** What the latest request of that action says, behind the token. */
  requested(action = 'xhr-polling'): string {
    const body = String(this.browser.last(action).body).replaceAll(RS, '.');
    return body.slice(body.indexOf(';') + 1);
  }

  grow(text: string): void {
    this.browser.last('xhr-polling').grow(text.replaceAll('.', RS));
  }

  answer(text: string, action = 'xhr-polling'): void {
    this.browser.last(action).end(200, text.replaceAll('.', RS));
  }

  /** Polls and sends so far. */
  counts(): [polls: number, sends: number] {
    return [this.browser.count('xhr-polling'), this.browser.count('send')];
  }

  advance(ms: number): void {
    this.browser.clock.advance(ms);
  }
}

function reply(connection: Connection, data: unknown): void {
  connection.send(`re ${data}`, 3 + String(data).length);
}

/** Gives the browser tasks of their own, which run when time moves on. */
function withTasks(browser: FakeBrowser): FakeBrowser {
  browser.page.MessageChannel = class {
    readonly port1 = { onmessage: () => {}, close: () => {} };
    readonly port2 = { postMessage: () => browser.clock.setTimeout(() => this.port1.onmessage(), 0) };
  };
  return browser;
}

describe('what a page sends when a message arrives over a poll', () => {
  it('goes with the next poll: an exchange is one request', () => {
    const page = new PollingPage();
    page.answer('#1.Ta.');
    assert.equal(page.requested(), 'D2,1.#1.Tre a.');
    page.advance(10);
    page.answer('A1.#2.Tb.');
    assert.equal(page.requested(), 'D3,2.#2.Tre b.');
    page.advance(10);
    assert.deepEqual(page.counts(), [3, 0]);
    assert.deepEqual(page.socket.received, ['open', 'message a', 'sent 4', 'message b']);
  });

  it('goes with it from a page that awaits the message, too', async () => {
    const browser = withTasks(new FakeBrowser());
    const page = new PollingPage((connection, data) => {
      void Promise.resolve().then(() => reply(connection, data));
    }, browser);
    page.answer('#1.Ta.');
    assert.deepEqual(page.counts(), [1, 0]);
    await Promise.resolve();
    page.advance(0);
    assert.equal(page.requested(), 'D2,1.#1.Tre a.');
    page.advance(10);
    assert.deepEqual(page.counts(), [2, 0]);
  });

  it('waits a few milliseconds for the end of a poll that has brought the message, and no longer', () => {
    const page = new PollingPage();
    page.grow('#1.Ta.');
    page.advance(4);
    assert.deepEqual(page.counts(), [1, 0]);
    page.advance(1);
    assert.deepEqual(page.counts(), [1, 1]);
    assert.equal(page.requested('send'), 'A1.#1.Tre a.');
  });

  it('does not wait where the poll before it took its time to end', () => {
    const page = new PollingPage();
    page.grow('#1.Ta.');
    page.advance(40);
    page.answer('');
    page.answer('A1.', 'send');
    page.grow('#2.Tb.');
    page.advance(0);
    assert.deepEqual(page.counts(), [2, 2]);
  });

  it('goes alone from when a poll that carried frames brought no reply, until replies come again', () => {
    const page = new PollingPage();
    page.answer('#1.Ta.');
    assert.deepEqual(page.counts(), [2, 0]);
    page.advance(200);
    page.answer('A1.#2.');
    assert.deepEqual(page.counts(), [3, 0]);
    page.advance(1000);
    page.answer('#2.Tb.');
    page.advance(0);
    assert.deepEqual(page.counts(), [4, 1]);
    assert.equal(page.requested(), 'D4,2.');
    page.answer('A2.', 'send');
    page.advance(100);
    page.answer('A2.#3.Tc.');
    assert.equal(page.requested(), 'D5,3.#3.Tre c.');
    page.advance(0);
    assert.deepEqual(page.counts(), [5, 1]);
  });

  it('is sent again, alone and with its number, when the poll that carried it is lost', () => {
    const page = new PollingPage();
    page.answer('#1.Ta.');
    page.browser.last('xhr-polling').end(0);
    page.advance(0);
    assert.equal(page.requested('send'), '#1.Tre a.');
    assert.equal(page.requested(), 'D3,1.');
    assert.deepEqual(page.counts(), [3, 1]);
    page.answer('A1.', 'send');
    page.answer('A1.#2.Tb.');
    assert.equal(page.requested(), 'D4,2.#2.Tre b.');
  });

  it('is sent again after growing pauses while the gateway has no room for it', () => {
    const page = new PollingPage((connection, data) => data === 'a' && reply(connection, data));
    page.answer('#1.Ta.');
    page.answer('#2.Tb.');
    assert.equal(page.requested(), 'D3,2.');
    page.advance(0);
    assert.equal(page.requested('send'), '#1.Tre a.');
    page.answer('A0.', 'send');
    page.advance(100);
    assert.deepEqual(page.counts(), [3, 1]);
    page.advance(100);
    assert.deepEqual(page.counts(), [3, 2]);
    page.answer('A1.', 'send');
    assert.deepEqual(page.socket.received, ['open', 'message a', 'message b', 'sent 4']);
  });

  it('is sent again when the page was frozen meanwhile', () => {
    const page = new PollingPage();
    page.answer('#1.Ta.');
    const carrying = page.browser.last('xhr-polling');
    page.socket.connection._freeze(true);
    assert.equal(carrying.aborted, true);
    page.socket.connection._freeze(false);
    page.advance(0);
    assert.equal(page.requested(), 'D3,1.');
    assert.equal(page.requested('send'), '#1.Tre a.');
  });

  it('is sent again when a stream takes the place of the poll that carried it', () => {
    const page = new PollingPage(reply, new FakeBrowser(), ['xhr-streaming', 'xhr-polling']);
    page.answer('#1.Ta.');
    assert.equal(page.requested(), 'D2,1.#1.Tre a.');
    page.advance(400);
    assert.equal(page.requested('xhr-streaming'), 'D3,1.');
    assert.equal(page.requested('send'), '#1.Tre a.');
  });

  it('goes alone, beside the poll, what is long; a poll is not held up by its upload', () => {
    const long = 'x'.repeat(10_000);
    const page = new PollingPage((connection) => {
      connection.send('short', 5);
      connection.send(long, long.length);
      connection.send('last', 4);
    });
    page.answer('#1.Ta.');
    assert.equal(page.requested(), 'D2,1.#1.Tshort.');
    page.advance(0);
    assert.equal(page.requested('send'), `#2.T${long}.Tlast.`);
    page.answer('A3.', 'send');
    assert.deepEqual(page.socket.received, ['open', 'message a', `sent ${5 + long.length + 4}`]);
  });

  it('goes alone where there are very many small ones, but for the first', () => {
    const page = new PollingPage((connection) => {
      for (let at = 0; at < 100; at++) connection.send('', 0);
    });
    page.answer('#1.Ta.');
    page.advance(0);
    const frames = (action: string) =>
      page
        .requested(action)
        .split('.')
        .filter((frame) => frame === 'T').length;
    assert.ok(frames('xhr-polling') < 64, `${frames('xhr-polling')} frames`);
    assert.equal(frames('xhr-polling') + frames('send'), 100);
  });

  it('goes with the close behind it', () => {
    const page = new PollingPage((connection) => {
      connection.send('bye', 3);
      connection.close(4001, 'over');
    });
    page.answer('#1.Ta.');
    assert.equal(page.requested(), 'D2,1.#1.Tbye.C4001,over.');
    page.answer('A2.#2.C4001,over.');
    page.advance(0);
    assert.deepEqual(page.socket.received.slice(-2), ['closing', 'closed 4001']);
  });

  it('goes behind the attach of its own socket where several share the poll', () => {
    const page = new PollingPage();
    const second = page.open({ transports: ['xhr-polling'] }, reply);
    page.create({ token: 'n.2', carriers: 'xhr-polling,shared' });
    assert.equal(page.requested(), 'D2,0.S1,n.2,1,0.');
    page.answer('#1.Ta.S1.#1.Tb.');
    assert.equal(page.requested(), 'D3,1.#1.Tre a.S1,n.2,2,1.#1.Tre b.');
    page.answer('A1.#2.S1.A1.#2.Tc.');
    assert.equal(page.requested(), 'D4,1.S1,n.2,3,2.#2.Tre c.');
    assert.deepEqual(page.counts(), [4, 0]);
    assert.deepEqual(second.received, ['open', 'message b', 'sent 4', 'message c']);
  });

  it('goes as bytes if it is binary, and as text once the gateway has refused those', () => {
    const bytes = new Uint8Array([0, 255]);
    const page = new PollingPage((connection) => connection.send(bytes, 2));
    page.answer('#1.Ta.');
    const poll = page.browser.last('xhr-polling');
    assert.equal(
      Buffer.from(poll.body as ArrayBuffer).toString('latin1'),
      '\x01\x03n.kD\x052,1,b#\x011B\x02\0\xff',
    );
    poll.end(400, 'malformed');
    page.advance(0);
    assert.equal(page.requested('send'), '#1.BAP8=.');
    assert.deepEqual(page.socket.received, ['open', 'message a']);
    page.answer('A1.', 'send');
    page.browser.last('xhr-polling').end(200, '#\x012T\x01b');
    assert.equal(page.requested(), 'D4,2,b.#2.BAP8=.');
  });
});

describe('what a page sends at any other time', () => {
  it('goes alone at once, beside the poll that is held', () => {
    const page = new PollingPage(() => {});
    page.answer('#1.Ta.');
    page.advance(100);
    page.socket.connection.send('now', 3);
    page.advance(0);
    assert.deepEqual(page.counts(), [2, 1]);
    assert.equal(page.requested('send'), '#1.Tnow.');
  });

  it('goes alone with the attach of a stream, and with the first of a session', () => {
    const page = new PollingPage(reply, new FakeBrowser(), ['xhr-streaming', 'xhr-polling']);
    page.socket.connection.send('early', 5);
    page.advance(0);
    assert.equal(page.requested('send'), '#1.Tearly.');
    page.answer('A1.', 'send');
    page.advance(400);
    assert.equal(page.requested('xhr-streaming'), 'D2,0.');
  });
});
