import assert from 'node:assert/strict';
import { AddressRates } from '../../../gateway/base/address-rates.ts';
import { TokenBucket } from '../../../gateway/base/token-bucket.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a token bucket', () => {
  it('gives its amount at once, and then as time goes by', () => {
    const bucket = new TokenBucket({ amount: 10, period: 1_000 }, 0);
    for (let i = 0; i < 10; i++) assert.ok(bucket.take(1, 0));
    assert.ok(!bucket.take(1, 99));
    assert.ok(bucket.take(1, 100));
    assert.ok(!bucket.take(1, 100));
    assert.ok(bucket.take(9, 1_000));
  });

  it('holds no more than its amount, however long it is idle', () => {
    const bucket = new TokenBucket({ amount: 10, period: 1_000 }, 0);
    assert.ok(bucket.isFull(0));
    assert.ok(bucket.take(10, 1e9));
    assert.ok(!bucket.take(1, 1e9));
    assert.ok(!bucket.isFull(1e9 + 999));
    assert.ok(bucket.isFull(1e9 + 1_000));
  });

  it('gives more than its amount when it is full, and owes it', () => {
    const bucket = new TokenBucket({ amount: 10, period: 1_000 }, 0);
    assert.ok(bucket.take(25, 0));
    assert.ok(!bucket.take(1, 1_500));
    assert.ok(bucket.take(1, 1_600));
  });
});

describe('the rates of addresses', () => {
  it('refuse one that is too fast with 429, and no other', () => {
    const clock = new TestClock();
    const rates = new AddressRates({ amount: 2, period: 1_000 }, clock);
    rates.take('a');
    rates.take('a');
    assert.throws(() => rates.take('a'), { code: 'GW_CREATE_RATE', status: 429 });
    rates.take('b');
    clock.advance(500);
    rates.take('a');
  });

  it('forget addresses that are idle, without a timer', () => {
    const clock = new TestClock();
    const rates = new AddressRates({ amount: 2, period: 1_000 }, clock);
    for (let i = 0; i < 1_000; i++) rates.take(`10.0.0.${i}`);
    assert.equal(rates.size, 1_000);
    clock.advance(1_000);
    for (let i = 0; i < 600; i++) {
      clock.advance(500);
      rates.take('a');
    }
    assert.equal(clock.timers, 0);
    assert.equal(rates.size, 1);
  });
});
