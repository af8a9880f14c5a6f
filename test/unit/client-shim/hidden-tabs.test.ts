import assert from 'node:assert/strict';
import { FakeBrowser } from './support/fake-browser.ts';
import { FakePage, type Opened, RS } from './support/fake-page.ts';

const ROUTE = { carriers: 'xhr-polling,xhr-streaming,shared,rest' };
const STREAM = { transports: ['xhr-streaming', 'xhr-polling'], _rests: true };

/** A page that can be hidden, by the names that its engine has for that. */
class Tab extends FakePage {
  readonly #changed: () => void;
  readonly #state: Record<string, unknown>;

  constructor(prefix = '') {
    const browser = new FakeBrowser();
    let changed = (): void => {};
    const state: Record<string, unknown> = {
      [prefix ? `${prefix}Hidden` : 'hidden']: false,
      addEventListener: (type: string, listener: () => void) => {
        assert.equal(type, `${prefix}visibilitychange`);
        changed = listener;
      },
    };
    browser.page.document = state;
    super(browser);
    this.#state = state;
    this.#changed = () => changed();
  }

  hide(hidden = true): void {
    for (const name of ['hidden', 'webkitHidden', 'mozHidden'])
      if (name in this.#state) this.#state[name] = hidden;
    this.#changed();
  }

  advance(ms: number): void {
    this.browser.clock.advance(ms);
  }

  /** The bodies of short polls. */
  get shortPolls(): string[] {
    return this.browser.requests.map(({ body }) => String(body)).filter((body) => /D\d+,\d+,r/.test(body));
  }

  /** Answers the short poll that is under way. */
  answer(text: string): void {
    const request = this.browser.last('xhr-polling');
    assert.ok(String(request.body).includes(`,r${RS}`));
    request.end(200, text);
  }

  get stream() {
    return this.browser.last('xhr-streaming');
  }
}

/** A tab with an open stream. */
function streaming(prefix = '', target: object = STREAM): { tab: Tab; opened: Opened } {
  const tab = new Tab(prefix);
  tab.browser.items.set('fallback-gateway host:8080 xhr-streaming', 'good=9999999999999');
  const opened = tab.open(target);
  tab.create(ROUTE);
  tab.stream.grow(`#1${RS}Tone${RS}`);
  assert.deepEqual(opened.received, ['open', 'message one']);
  return { tab, opened };
}

/** A tab that rests; its first short poll is due. */
function resting() {
  const { tab, opened } = streaming();
  tab.hide();
  tab.advance(10_000);
  assert.equal(tab.shortPolls.length, 1);
  return { tab, opened };
}

describe('a hidden page on a fallback', () => {
  for (const prefix of ['', 'webkit', 'moz'])
    it(`lets its stream go after a grace, and asks by short polls (${prefix || 'standard'} events)`, () => {
      const { tab, opened } = streaming(prefix);
      const { stream } = tab;
      tab.hide();
      tab.advance(4999);
      assert.equal(stream.aborted, false);
      tab.advance(1);
      assert.equal(stream.aborted, true);
      assert.equal(
        tab.browser.requests.filter(({ readyState }) => readyState < 4).length,
        0,
        'nothing is held',
      );
      assert.equal(opened.steps().at(-1), 'xhr-streaming: rests');
      tab.advance(5000);
      assert.deepEqual(tab.shortPolls, [`n.k;D2,1,r${RS}`]);
    });

  it('that is shown again within the grace keeps its stream', () => {
    const { tab } = streaming();
    const { stream } = tab;
    tab.hide();
    tab.advance(4000);
    tab.hide(false);
    tab.advance(30_000);
    assert.deepEqual([stream.aborted, tab.browser.count('xhr-streaming'), tab.shortPolls], [false, 1, []]);
  });

  it('asks less and less often while nothing comes, and never more than 13 s apart', () => {
    const { tab } = resting();
    const pauses: number[] = [];
    for (let poll = 1; poll < 6; poll += 1) {
      tab.answer(`#2${RS}`);
      const from = tab.browser.clock.now();
      while (tab.shortPolls.length === poll) tab.advance(10);
      pauses.push(Math.round((tab.browser.clock.now() - from) / 100) / 10);
    }
    assert.deepEqual(pauses, [7.5, 11.3, 13, 13, 13]);
  });

  it('delivers what a short poll brings, acknowledges it with the next one, and asks again sooner', () => {
    const { tab, opened } = resting();
    tab.answer(`#2${RS}`);
    tab.advance(7500);
    tab.answer(`#2${RS}Ttwo${RS}`);
    assert.deepEqual(opened.received, ['open', 'message one', 'message two']);
    tab.advance(5000);
    assert.equal(tab.shortPolls.at(-1), `n.k;D4,2,r${RS}`);
    assert.equal(tab.browser.count('send'), 0, 'and makes no other request');
  });

  it('is back on its stream at once when it is shown', () => {
    for (const underWay of [true, false]) {
      const { tab, opened } = resting();
      if (!underWay) tab.answer(`#2${RS}`);
      tab.hide(false);
      assert.equal(tab.browser.count('xhr-streaming'), 2);
      tab.stream.grow(`#2${RS}Ttwo${RS}`);
      assert.equal(opened.connection.transport(), 'xhr-streaming');
      tab.advance(50_000);
      assert.equal(tab.shortPolls.length, 1);
      assert.equal(opened.received.at(-1), 'message two');
    }
  });

  it('is back at once when it sends, for 2 s', () => {
    const { tab, opened } = resting();
    tab.answer(`#2${RS}`);
    opened.connection.send('question', 8);
    assert.equal(tab.browser.count('xhr-streaming'), 2);
    tab.stream.grow(`#2${RS}`);
    tab.advance(1999);
    assert.equal(tab.stream.aborted, false);
    tab.advance(1);
    assert.equal(tab.stream.aborted, true);
    tab.advance(5000);
    assert.equal(tab.shortPolls.length, 2);
  });

  it('closes as fast as a page that is shown', () => {
    const { tab, opened } = resting();
    tab.answer(`#2${RS}`);
    opened.connection.close(1000, '');
    tab.stream.grow(`#2${RS}C1000${RS}`);
    assert.deepEqual(opened.received.slice(-2), ['closing', 'closed 1000']);
    tab.advance(60_000);
    assert.deepEqual([tab.shortPolls.length, tab.browser.clock.timers], [1, 0]);
  });

  it('does not rest while much comes', () => {
    const { tab } = resting();
    tab.answer(`#2${RS}T${'x'.repeat(20_000)}${RS}`);
    assert.equal(tab.browser.count('xhr-streaming'), 2);
  });

  it('looks at once whether its stream works where a short poll fails, and rests again later', () => {
    const { tab, opened } = resting();
    tab.browser.last('xhr-polling').end(0);
    tab.advance(0);
    assert.equal(tab.browser.count('xhr-streaming'), 2);
    tab.stream.grow(`#2${RS}`);
    assert.equal(tab.browser.items.get('fallback-gateway host:8080 xhr-polling'), undefined);
    tab.advance(10_000);
    assert.equal(tab.shortPolls.length, 2);
    assert.deepEqual(opened.received, ['open', 'message one']);
  });

  it('learns by a short poll that its session is gone', () => {
    const { tab, opened } = resting();
    tab.browser.last('xhr-polling').end(404, `Eg${RS}`);
    assert.deepEqual(opened.received.slice(-1), ['closed 1006']);
    tab.advance(60_000);
    assert.equal(tab.browser.clock.timers, 0);
  });

  it('has one short poll for all its sockets', () => {
    const { tab } = streaming();
    tab.open(STREAM);
    tab.create({ ...ROUTE, token: 'n.2' });
    tab.stream.grow(`#2${RS}S1${RS}#1${RS}`);
    tab.hide();
    tab.advance(10_000);
    assert.deepEqual(tab.shortPolls, [`n.k;D3,1,r${RS}S1,n.2,2,0${RS}`]);
  });

  it('attaches a new socket as ever, and rests with it', () => {
    const { tab } = resting();
    tab.answer(`#2${RS}`);
    const second = tab.open(STREAM);
    tab.create({ ...ROUTE, token: 'n.2' });
    tab.stream.grow(`#2${RS}S1${RS}#1${RS}Thi${RS}`);
    assert.deepEqual(second.received, ['open', 'message hi']);
    tab.advance(20_000);
    assert.match(tab.shortPolls.at(-1) as string, /S1,n\.2,/);
  });

  it('does not rest if the page does not want it, or if the gateway knows no short polls', () => {
    for (const [target, carriers] of [
      [{ ...STREAM, _rests: false }, ROUTE.carriers],
      [STREAM, 'xhr-polling,xhr-streaming,shared'],
    ] as const) {
      const tab = new Tab();
      tab.browser.items.set('fallback-gateway host:8080 xhr-streaming', 'good=9999999999999');
      tab.open(target);
      tab.create({ carriers });
      tab.stream.grow(`#1${RS}`);
      const { stream } = tab;
      tab.hide();
      tab.advance(30_000);
      assert.deepEqual([stream.aborted, tab.shortPolls], [false, []]);
    }
  });

  it('rests also where it polls, in a page that was hidden from the beginning', () => {
    const tab = new Tab();
    tab.hide();
    tab.open({ transports: ['xhr-polling'], _rests: true });
    tab.create(ROUTE);
    tab.browser.last('xhr-polling').end(200, `#1${RS}Tone${RS}`);
    tab.advance(4999);
    assert.equal(tab.browser.last('xhr-polling').aborted, false);
    tab.advance(1);
    assert.equal(tab.browser.last('xhr-polling').aborted, true);
    tab.advance(5000);
    assert.deepEqual(tab.shortPolls, [`n.k;D3,1,r${RS}`]);
  });

  it('neither asks nor holds anything while it is frozen', () => {
    const { tab, opened } = resting();
    tab.answer(`#2${RS}`);
    opened.connection._freeze(true);
    tab.advance(60_000);
    assert.equal(tab.shortPolls.length, 1);
    opened.connection._freeze(false);
    assert.equal(tab.browser.count('xhr-streaming'), 2);
  });

  it('is one without the focus in Internet Explorer 6 to 9', () => {
    const browser = new FakeBrowser();
    const events: Record<string, () => void> = {};
    browser.page.document = {};
    browser.page.attachEvent = (type: string, listener: () => void) => {
      events[type] = listener;
    };
    const page = new FakePage(browser);
    page.open({ transports: ['xhr-polling'], _rests: true });
    page.create(ROUTE);
    browser.last('xhr-polling').end(200, `#1${RS}Tone${RS}`);
    events.onblur?.();
    browser.clock.advance(5000);
    assert.equal(browser.last('xhr-polling').aborted, true);
    events.onfocus?.();
    assert.equal(browser.count('xhr-polling'), 3);
    assert.equal(browser.last('xhr-polling').body, `n.k;D3,1${RS}`);
  });
});
