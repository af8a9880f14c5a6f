import assert from 'node:assert/strict';
import { IdleShare } from './idle-share.ts';

describe('the share of time in which the machine is idle', () => {
  it('is that of all cores since the last reading', () => {
    let cores = [
      { user: 100, idle: 900 },
      { user: 300, idle: 700 },
    ];
    const idle = new IdleShare(() => cores);
    assert.equal(idle.since(), 0);
    cores = [
      { user: 150, idle: 950 },
      { user: 400, idle: 700 },
    ];
    assert.equal(idle.since(), 0.25);
    cores = [
      { user: 150, idle: 1050 },
      { user: 400, idle: 800 },
    ];
    assert.equal(idle.since(), 1);
  });

  it('of this machine is between none and all', async () => {
    const idle = new IdleShare();
    const until = performance.now() + 100;
    while (performance.now() < until);
    const share = idle.since();
    assert.ok(share >= 0 && share < 1, `${share}`);
  });
});
