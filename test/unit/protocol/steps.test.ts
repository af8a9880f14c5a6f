import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CARRIERS } from '../../../client-shim/src/transport/order.ts';
import { OUTCOMES as SHIM_OUTCOMES } from '../../../client-shim/src/wire/steps.ts';
import { MAX_STEPS, OUTCOMES, parseSteps, STEP_CARRIERS } from '../../../gateway/protocol/steps.ts';
import { Random } from '../../support/random.ts';

interface StepsVector {
  readonly name: string;
  readonly direct: string;
  readonly carriers: string;
  readonly read: Readonly<Record<string, string>>;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/steps.json', import.meta.url), 'utf8'),
) as readonly StepsVector[];

describe('the steps of a client, held against the vectors that the shim reads too (PROTOCOL.md §3.5)', () => {
  for (const { name, direct, carriers, read } of vectors) {
    it(`reads those of ${name}`, () => {
      const steps = parseSteps(`${direct}.${carriers}`);
      const nothing = { websocket: undefined, flash: undefined, bridge: undefined };
      assert.deepEqual(steps, { ...nothing, ...read });
    });
  }

  it('have the same words and carriers in the shim, in the same order', () => {
    assert.deepEqual(OUTCOMES, SHIM_OUTCOMES);
    assert.deepEqual(
      STEP_CARRIERS,
      CARRIERS.map(({ name }) => name),
    );
  });

  it('have a vector for each word and each state of a carrier', () => {
    const known = vectors.flatMap(({ read }) => [read.websocket, read.flash, read.bridge]);
    assert.deepEqual(
      [...OUTCOMES].filter((outcome) => !known.includes(outcome)),
      [],
    );
    assert.deepEqual(new Set(vectors.flatMap(({ carriers }) => [...carriers])), new Set('nyob'));
  });

  for (const text of [
    '',
    '.',
    'w4',
    'w4.',
    'w4.nyynnnyn',
    'w4.nyynnnynny',
    'w4.nyynnnynx',
    'x4.nyynnnynn',
    'wa.nyynnnynn',
    'w.nyynnnynn',
    ' w4.nyynnnynn',
    'w4.nyynnnynn\n',
    `${'w4'.repeat(MAX_STEPS / 2)}.nyynnnynn`,
  ]) {
    it(`are ignored as ${JSON.stringify(text.slice(0, 20))}, ${text.length} characters long`, () => {
      assert.equal(parseSteps(text), undefined);
    });
  }

  it('are of the vocabulary, or ignored, whatever the field has', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = new Random(seed);
    const alphabet = [...'wfb0123456789.nyob', '\n', '"', '\u2028', 'é'];
    let read = 0;
    for (let run = 0; run < 20_000; run++) {
      const known = `${random.pick(['', 'w4', 'w5f8'])}.${'nyynnnynn'}`;
      const at = random.int(0, known.length);
      const put = Array.from({ length: random.int(0, 3) }, () => random.pick(alphabet)).join('');
      const steps = parseSteps(known.slice(0, at) + put + known.slice(at + random.int(0, 2)));
      if (steps === undefined) continue;
      read++;
      const { streams, polls, ...outcomes } = steps;
      assert.match(streams + polls, /^[nyob]{8}$/, `seed ${seed}`);
      for (const outcome of Object.values(outcomes)) {
        assert.ok(outcome === undefined || OUTCOMES.includes(outcome), `seed ${seed}: ${outcome}`);
      }
    }
    assert.ok(read > 100, `seed ${seed}: ${read}`);
  });
});
