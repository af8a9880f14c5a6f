import assert from 'node:assert/strict';
import { DOWNGRADES, type DowngradeReason } from '../../../gateway/base/downgrades.ts';
import type { SeenHandshake } from '../../../gateway/base/seen-handshakes.ts';
import { parseSteps } from '../../../gateway/protocol/steps.ts';
import type { Carrier, CarrierEnd } from '../../../gateway/session/carrier.ts';
import { Downgrade } from '../../../gateway/session/downgrade.ts';
import { TestClock } from '../../support/test-clock.ts';

const POLL = { name: 'xhr-polling', once: true, acknowledges: false } as Carrier;
const STREAM = { name: 'eventsource', once: false, acknowledges: false } as Carrier;
const SOCKET = { name: 'websocket', once: false, acknowledges: true } as Carrier;

/** What happens to a session: a carrier comes, one ends, or so many milliseconds go by. */
type Event = Carrier | CarrierEnd | number;

interface Case {
  /** The field `steps` of the `create`; absent: the client sent none. */
  readonly steps?: string;
  readonly wantsProtocol?: boolean;
  readonly handshake?: SeenHandshake;
  readonly events: readonly Event[];
}

function reasonOf({ steps, wantsProtocol = false, handshake, events }: Case): DowngradeReason | undefined {
  const clock = new TestClock();
  const approach = { steps: steps === undefined ? undefined : parseSteps(steps), wantsProtocol, handshake };
  const downgrade = new Downgrade(approach, clock);
  for (const event of events) {
    if (typeof event === 'number') clock.advance(event);
    else if (typeof event === 'string') downgrade.ended(event);
    else downgrade.attached(event);
  }
  return downgrade.reason;
}

const over = (end: SeenHandshake['end']): SeenHandshake => ({ end, isOver: true, isNew: false });
/** As the shim does: it opens on a poll and moves to a stream soon. */
const UP: readonly Event[] = [20, POLL, 'used up', 300, STREAM];
const TODAY = 'nyynnnynn';

const CASES: Readonly<Record<DowngradeReason, Readonly<Record<string, Case>>>> = {
  'upgrade-unanswered': {
    'nobody answered, and nothing arrived': { steps: `w4.${TODAY}`, events: UP },
    'the same on a poll that has just begun': { steps: `w4.${TODAY}`, events: [20, POLL] },
    'a handshake arrived that lives: it is of another page': {
      steps: `w4.${TODAY}`,
      handshake: { end: 'accepted', isOver: false, isNew: false },
      events: UP,
    },
  },
  'upgrade-refused': { 'nothing arrived': { steps: `w5.${TODAY}`, events: UP } },
  'upgrade-stripped': {
    'a plain request arrived': { steps: `w5.${TODAY}`, handshake: over('stripped'), events: UP },
    'the same, of a client that tells nothing': { handshake: over('stripped'), events: UP },
  },
  'upgrade-answer-lost': {
    'it was accepted': { steps: `w4.${TODAY}`, handshake: over('accepted'), events: UP },
  },
  'subprotocol-lost': {
    'it was accepted, and the client wanted a subprotocol': {
      steps: `w5.${TODAY}`,
      wantsProtocol: true,
      handshake: over('accepted'),
      events: UP,
    },
  },
  'handshake-refused': {
    'the backend had a bad moment': { steps: `w5.${TODAY}`, handshake: over('refused'), events: UP },
  },
  'slow-network': {
    'the shim says so': { steps: `w6.${TODAY}`, events: UP },
    'the first downstream took long, and then a stream brought nothing': {
      steps: `w1.${TODAY}`,
      events: [1_500, POLL, 'used up', 300, STREAM, 2_000, POLL],
    },
  },
  'stream-buffered': {
    'a poll takes over within seconds': { steps: `w4.${TODAY}`, events: [...UP, 400, 'superseded', POLL] },
    'an engine of two connections ends it before': {
      steps: `w1.${TODAY}`,
      events: [...UP, 400, 'gone', 5, POLL],
    },
    'a client that tells nothing': { events: [...UP, 400, 'superseded', POLL, 'used up', 100, POLL] },
  },
  'stream-cut': {
    'it comes back twice': {
      steps: `w4.${TODAY}`,
      events: [...UP, 30_000, 'gone', 50, STREAM, 30_000, 'gone', 50, STREAM],
    },
    'it then polls': {
      steps: `w4.${TODAY}`,
      events: [...UP, 900, 'gone', 50, STREAM, 900, 'gone', 50, STREAM, 900, 'gone', 50, POLL],
    },
  },
  'stream-silent': {
    'a poll takes over after a minute': { steps: `w4.${TODAY}`, events: [...UP, 62_500, 'superseded', POLL] },
  },
  'stream-blocked': {
    'polls for ten seconds': { steps: `w4.${TODAY}`, events: [20, POLL, 'used up', 10_000, POLL] },
  },
  'no-websocket': { 'on a stream': { steps: `w1.${TODAY}`, events: UP } },
  'websocket-not-allowed': { 'on a stream': { steps: `w3.${TODAY}`, events: UP } },
  'no-streaming': { 'on a poll': { steps: 'w1.nnnnnnynn', events: [20, POLL] } },
  'jsonp-only': { 'on a poll': { steps: 'w1.nnnnnnnny', events: [20, POLL] } },
  'flash-blocked': {
    'on a poll': { steps: 'w1f8.nnnnnnynn', events: [20, POLL] },
    'on a stream': { steps: `w1f7.${TODAY}`, events: UP },
  },
  'bridge-failed': { 'on a poll': { steps: 'w1b9.nnnnnnnyn', events: [20, POLL] } },
  'page-option': {
    'without WebSockets': { steps: `w0.${TODAY}`, events: UP },
    'with polls only': { steps: 'w0.ooonnnynn', events: [20, POLL, 'used up', 10_000, POLL] },
  },
  'failed-before': {
    'the WebSocket': { steps: `w2.${TODAY}`, events: UP },
    'the streams': { steps: 'w4.nbbnnnynn', events: [20, POLL, 'used up', 10_000, POLL] },
  },
  'not-reported': {
    'a client without steps': { events: UP },
    'a bridge without them': { steps: `.${TODAY}`, events: UP },
  },
};

describe('why a session is on its carrier', () => {
  for (const [reason, cases] of Object.entries(CASES)) {
    for (const [name, one] of Object.entries(cases)) {
      it(`is ${reason}: ${name}`, () => assert.equal(reasonOf(one), reason));
    }
  }

  it('has a case for each word of the table', () => {
    assert.deepEqual(Object.keys(CASES), Object.keys(DOWNGRADES));
  });

  it('is in the answer to the client before its own handshake, which it is closing, is over', () => {
    const handshake: SeenHandshake = { end: 'accepted', isOver: false, isNew: true };
    const approach = { steps: parseSteps(`w5.${TODAY}`), wantsProtocol: true, handshake };
    assert.equal(new Downgrade(approach, new TestClock()).expected, 'subprotocol-lost');
    assert.equal(reasonOf({ ...approach, steps: `w5.${TODAY}`, events: UP }), 'upgrade-refused');
  });

  it('is nothing on a WebSocket, and while nobody has come', () => {
    assert.equal(reasonOf({ steps: 'w0.yoonnnonn', events: [20, SOCKET] }), undefined);
    assert.equal(reasonOf({ steps: `w4.${TODAY}`, events: [20] }), undefined);
  });

  for (const [what, events] of Object.entries({
    'one cut, as happens in any network': [...UP, 30_000, 'gone', 50, STREAM],
    'two cuts of streams that lived long': [...UP, 400_000, 'gone', 50, STREAM, 400_000, 'gone', 50, STREAM],
    'a page that comes back from the cache': [
      ...UP,
      9_000,
      'gone',
      8_000,
      STREAM,
      9_000,
      'gone',
      8_000,
      STREAM,
    ],
    'a hidden page that rests': [...UP, 9_000, 'gone', 5_000, POLL, 'used up', 7_500, POLL],
    'streams that reached their budget': [...UP, 90, 'superseded', STREAM, 90, 'superseded', STREAM],
  } satisfies Record<string, readonly Event[]>)) {
    it(`does not change with ${what}`, () => {
      assert.equal(reasonOf({ steps: `w5.${TODAY}`, events }), 'upgrade-refused');
    });
  }
});
