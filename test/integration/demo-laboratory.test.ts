import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { Timer } from '../../gateway/base/clock.ts';
import { TestClock } from '../support/test-clock.ts';

/** One line of the laboratory's table. */
interface Result {
  name: string;
  state: string;
  reason: string;
  openTime: number | null;
  openedOn: string;
  endedOn: string;
  trips: number[];
  median: number | null;
  worst: number | null;
  rate: number | null;
  binary: boolean | null;
  clean: boolean;
  steps: string[];
}

interface Laboratory {
  measure(name: string, onStep: (text: string) => void, onDone: (result: Result) => void): void;
  meanings(own: Result, results: readonly Result[]): string[];
  explain(result: Result): void;
  report(own: Result, results: readonly Result[], meanings: readonly string[]): string;
  clockStep: number;
}

type Data = string | ArrayBuffer;

/** What the network does to a socket of the test page: all times in its virtual milliseconds. */
interface Network {
  /** Until `open`; null refuses the connection. */
  open?: number | null;
  /** Until the chosen transport is on; null is never. */
  move?: number | null;
  /** Until the echo of a message arrives, and what has become of it; null swallows it. */
  echo?: (data: Data) => { after: number; data: Data } | null;
}

/**
 * A page with the laboratory's scripts, a `WebSocket` as `network` has it, and time that is a
 * number.
 */
function openPage(
  network: Network,
  extra: Record<string, unknown> = {},
): { laboratory: Laboratory; run(): void } {
  const clock = new TestClock();
  let wanted: string | undefined;

  class WebSocket {
    static readonly CLOSED = 3;
    readyState = 0;
    transport = wanted === 'websocket' ? 'websocket' : 'xhr-polling';
    readonly diagnostics = [{ time: 0, transport: wanted ?? '', what: 'tried' }];
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: Data }) => void) | null = null;
    onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;

    constructor() {
      const { open = 5, move = 20 } = network;
      clock.setTimeout(() => {
        if (open === null) {
          this.end(1006, '', false);
          return;
        }
        this.readyState = 1;
        this.onopen?.();
      }, open ?? 5);
      if (move !== null && wanted !== undefined) {
        clock.setTimeout(() => {
          this.transport = wanted ?? '';
        }, move);
      }
    }

    send(data: Data): void {
      const back = network.echo ? network.echo(data) : { after: 2, data };
      if (back) clock.setTimeout(() => this.onmessage?.({ data: back.data }), back.after);
    }

    close(code = 1005, reason = ''): void {
      this.readyState = 2;
      clock.setTimeout(() => this.end(code, reason, true), 1);
    }

    end(code: number, reason: string, wasClean: boolean): void {
      this.readyState = 3;
      this.onclose?.({ code, reason, wasClean });
    }
  }

  const page: Record<string, unknown> = {
    setTimeout: (run: () => void, ms: number) => clock.setTimeout(run, ms),
    clearTimeout: (timer: Timer) => clock.clearTimeout(timer),
    performance: { now: () => clock.now() },
    location: {
      protocol: 'http:',
      host: 'gateway.test',
      href: 'http://gateway.test/laboratory.html',
      search: '',
    },
    navigator: { userAgent: 'a test' },
    document: {},
    ArrayBuffer,
    Uint8Array,
    WebSocket,
    WebSocketShim: {
      NativeWebSocket: WebSocket,
      configure: ({ transports }: { transports: string[] }) => {
        wanted = transports[0];
      },
    },
    ...extra,
  };
  page.window = page;
  const context = createContext(page);
  for (const name of [
    'demo',
    'laboratory-probe',
    'laboratory-advice',
    'laboratory-view',
    'laboratory-report',
  ]) {
    runInContext(readFileSync(new URL(`../../legacy-demo/${name}.js`, import.meta.url), 'utf8'), context);
  }
  const laboratory = page.Laboratory as Laboratory;
  laboratory.clockStep = 1;
  return {
    laboratory,
    run() {
      while (clock.timers > 0) clock.advance(1000);
    },
  };
}

/** Measures one transport to the end; it must say so once. */
function measure(name: string, network: Network, extra?: Record<string, unknown>): Result {
  const { laboratory, run } = openPage(network, extra);
  const results: Result[] = [];
  laboratory.measure(
    name,
    () => {},
    (result) => {
      laboratory.explain(result);
      results.push(result);
    },
  );
  run();
  assert.equal(results.length, 1);
  return results[0] as Result;
}

const isBinary = (data: Data): boolean => typeof data !== 'string';

describe('the laboratory', () => {
  it('measures a transport that works', () => {
    const result = measure('xhr-streaming', {});
    assert.equal(result.state, 'works');
    assert.equal(result.openTime, 5);
    assert.equal(result.openedOn, 'xhr-polling');
    assert.equal(result.endedOn, 'xhr-streaming');
    assert.deepEqual([result.trips.length, result.median, result.worst], [20, 2, 2]);
    // 25 under way, 2 ms there and back.
    assert.ok(result.rate !== null && result.rate > 10_000 && result.rate < 13_000, String(result.rate));
    assert.equal(result.binary, true);
    assert.equal(result.clean, true);
    assert.deepEqual([...result.steps], ['0 ms  xhr-streaming: tried']);
  });

  it('tells the median from the worst, and leaves out the first round trip', () => {
    let sent = 0;
    const echo = (data: Data) => {
      sent += 1;
      return { after: sent === 1 ? 900 : sent === 3 ? 400 : sent % 2 ? 4 : 6, data };
    };
    const result = measure('websocket', { echo });
    assert.deepEqual([result.median, result.worst], [6, 400]);
  });

  it('says that a stream is held back when the socket opens and nothing comes', () => {
    const result = measure('xhr-streaming', { echo: () => null });
    assert.equal(result.state, 'held');
    assert.match(result.reason, /nothing arrived within 8\.0 s/);
    assert.deepEqual([result.openTime, result.rate], [5, null]);
  });

  it('says so too when the socket never gets to the transport that was chosen', () => {
    const result = measure('xhr-streaming', { move: null });
    assert.deepEqual([result.state, result.reason], ['held', 'connected, but never switched to it']);
  });

  it('says why a transport failed', () => {
    assert.equal(measure('xhr-polling', { open: null }).reason, 'could not connect');
    assert.match(measure('xhr-polling', { open: 60_000 }).reason, /did not open within 10\.0 s/);
    let sent = 0;
    const echo = (data: Data) => {
      sent += 1;
      return sent === 4 ? null : { after: 1, data };
    };
    assert.match(measure('websocket', { echo }).reason, /no answer within 8\.0 s/);
    assert.match(
      measure('websocket', { echo: (data) => ({ after: 1, data: `${data}!` }) }).reason,
      /came back changed/,
    );
  });

  it('notices a burst out of order', () => {
    let bursts = 0;
    const echo = (data: Data) => {
      if (typeof data === 'string' && data.startsWith('burst')) bursts += 1;
      return { after: bursts === 7 ? 5 : 1, data };
    };
    const result = measure('websocket', { echo });
    assert.equal(result.state, 'failed');
    assert.match(result.reason, /lost, duplicated or out of order/);
  });

  it('counts bytes that come back as text, or not at all, as no binary', () => {
    const asText = measure('websocket', {
      echo: (data) => ({ after: 1, data: isBinary(data) ? 'x' : data }),
    });
    assert.deepEqual([asText.state, asText.binary], ['works', false]);
    const never = measure('websocket', { echo: (data) => (isBinary(data) ? null : { after: 1, data }) });
    assert.deepEqual([never.state, never.binary], ['works', false]);
  });

  it('does not call a transport failed that the browser lacks', () => {
    const result = measure('eventsource', { open: null });
    assert.deepEqual([result.state, result.reason], ['browser', 'no EventSource']);
    assert.equal(measure('eventsource', { open: null }, { EventSource: class {} }).state, 'failed');
  });

  it('leaves the choice to the shim when nothing is chosen', () => {
    const result = measure('', {});
    assert.deepEqual(
      [result.state, result.openedOn, result.endedOn],
      ['works', 'xhr-polling', 'xhr-polling'],
    );
  });
});

describe('what the laboratory says of its results', () => {
  const { laboratory } = openPage({});
  const row = (name: string, state: string, more: Partial<Result> = {}): Result => ({
    name,
    state,
    reason: '',
    openTime: 5,
    openedOn: name,
    endedOn: name,
    trips: [],
    median: 2,
    worst: 3,
    rate: 1000,
    binary: true,
    clean: true,
    steps: [],
    ...more,
  });
  const own = row('', 'works', { endedOn: 'xhr-polling' });
  const says = (...rows: Result[]): string => laboratory.meanings(own, rows).join('\n');

  it('tells a browser without WebSocket from a network that breaks it', () => {
    assert.match(says(row('websocket', 'browser')), /This browser has no native WebSocket/);
    assert.match(says(row('websocket', 'failed')), /does not pass the Upgrade header on/);
    assert.match(says(row('websocket', 'works')), /Real WebSockets work/);
  });

  it('explains streaming that is held back, and what to do', () => {
    const text = says(row('websocket', 'failed'), row('xhr-streaming', 'held'), row('xhr-polling', 'works'));
    assert.match(text, /Streaming is held back: .*proxy_buffering off/);
  });

  it('points out a transport on which a few messages take far longer', () => {
    const text = says(row('websocket', 'works'), row('xhr-polling', 'works', { median: 4, worst: 3000 }));
    assert.match(text, /Over xhr-polling a few messages took much longer/);
  });

  it('gives the way on, and no contradiction to it, when nothing got through', () => {
    const lines = laboratory.meanings(row('', 'failed'), [
      row('websocket', 'failed'),
      row('xhr-polling', 'failed'),
    ]);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /Nothing got through/);
  });

  it('reports every row and every step as plain text', () => {
    const report = laboratory.report(
      own,
      [
        row('websocket', 'failed', {
          reason: 'could not connect',
          median: null,
          steps: ['3 ms  websocket: closed'],
        }),
      ],
      ['a meaning'],
    );
    assert.match(report, /browser +a test/);
    assert.match(report, /^websocket +failed +5\.0 ms +– +3\.0 ms +1 000 +yes\r$/m);
    assert.match(report, /^websocket: could not connect\r\n {4}3 ms {2}websocket: closed$/m);
    assert.match(report, /^\* a meaning\r$/m);
  });
});
