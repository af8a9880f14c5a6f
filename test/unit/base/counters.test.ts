import assert from 'node:assert/strict';
import { RouteCounters } from '../../../gateway/base/counters.ts';
import { MAX_RECENT, RecentRefusals } from '../../../gateway/base/recent-refusals.ts';
import { defaultWording } from '../../../gateway/base/remedy.ts';
import { Tally } from '../../../gateway/base/tally.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('counters', () => {
  it('keep combinations of words apart, up to a bound', () => {
    const tally = new Tally();
    tally.add('a', 'b');
    tally.add('a', 'b');
    tally.add('ab', '');
    for (let number = 0; number < 1_000; number++) tally.add(String(number), 'x');
    const entries = new Map([...tally.entries()].map(([words, count]) => [words.join(' '), count]));
    assert.equal(entries.get('a b'), 2);
    assert.equal(entries.get('ab '), 1);
    assert.equal(entries.get('other other'), 1_000 - 254);
    assert.equal(entries.size, 257);
  });

  it('put a duration into the class whose bound it does not exceed', () => {
    const counters = new RouteCounters('/ws');
    for (const seconds of [0, 0.005, 0.006, 10, 11]) counters.connected(seconds);
    assert.deepEqual(counters.connects.counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert.equal(counters.connects.sum.toFixed(3), '21.011');
  });

  it('name close codes by what they are for, so that no client can make more', () => {
    const counters = new RouteCounters('/ws');
    for (const code of [1000, 1008, 3000, 4000, 4999, 2010, 70_000, undefined])
      counters.closed(code, 'client', '');
    const codes = [...counters.closes.entries()].map(([[code], count]) => `${code} ${count}`);
    assert.deepEqual(codes, ['1000 1', '1008 1', '3xxx 1', '4xxx 2', 'other 2', 'none 1']);
  });

  it('count a close by a rate only where the gateway closed', () => {
    const counters = new RouteCounters('/ws');
    counters.closed(1008, 'gateway', 'too many bytes');
    counters.closed(1008, 'backend', 'too many bytes');
    counters.closed(1001, 'gateway', 'session too old');
    assert.deepEqual([...counters.rateCloses.entries()], [[['bytes'], 1]]);
  });

  it('forget that a backend failed when it accepts', () => {
    const counters = new RouteCounters('/ws');
    counters.notConnected('connection refused', 5);
    counters.notConnected('connection refused', 6);
    assert.equal(counters.failing, 2);
    counters.connected(0.1);
    assert.deepEqual([counters.failing, counters.failures], [0, 2]);
  });
});

describe('the last refusals', () => {
  const refusal = (origin: string) => ({
    level: 'info' as const,
    message: 'request refused',
    fields: { code: 'GW_ORIGIN', reason: 'not allowed', origin, path: '/ws/secret' },
    cause: origin,
    remedy: { add: { key: 'origin', value: 'https://a.example', isList: true } },
  });

  it('have each cause once, with its count, its age and its remedy', () => {
    const clock = new TestClock();
    const refusals = new RecentRefusals(clock, defaultWording);
    refusals.add(refusal('https://a.example'), '/ws');
    refusals.add(refusal('https://b.example'), '/ws');
    clock.advance(5_000);
    refusals.add(refusal('https://a.example'), '/ws');
    clock.advance(2_000);
    const [first, second] = refusals.list();
    assert.equal(refusals.list().length, 2);
    assert.deepEqual([first?.origin, first?.count, first?.age], ['https://a.example', 2, 2]);
    assert.deepEqual([second?.origin, second?.count, second?.age], ['https://b.example', 1, 7]);
    assert.equal(first?.remedy, 'start with --origin https://a.example');
    assert.ok(!JSON.stringify(first).includes('secret'));
  });

  it(`are ${MAX_RECENT} at most, with words of a bounded length`, () => {
    const refusals = new RecentRefusals(new TestClock(), defaultWording);
    for (let number = 0; number < 500; number++) refusals.add(refusal(`${number}${'x'.repeat(5_000)}`), '');
    const list = refusals.list();
    assert.equal(list.length, MAX_RECENT);
    assert.equal(list[0]?.origin.slice(0, 4), '499x');
    assert.equal(list[0]?.origin.length, 200);
  });
});
