import assert from 'node:assert/strict';
import { Counters } from '../../../gateway/base/counters.ts';
import { readFamilies } from '../../../gateway/status/families.ts';
import { History, KEPT } from '../../../gateway/status/history.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the history of the status page', () => {
  it('has what happened in each minute of the last hour, and no more', async () => {
    const counters = new Counters();
    const clock = new TestClock();
    const history = new History(clock, async () => readFamilies({ counters }));
    history.start();
    for (let minute = 1; minute <= KEPT + 5; minute++) {
      counters.route('/ws').opened('native');
      counters.refused('GW_HOST');
      if (minute === KEPT + 5) counters.route('/ws').moved('native', 'xhr-polling', 'gone');
      clock.advance(60_000);
      await new Promise(setImmediate);
    }
    const { records } = history;
    assert.equal(records.length, KEPT);
    const last = records.at(-1);
    assert.deepEqual([last?.connections, last?.opens, last?.refusals], [KEPT + 5, 1, 1]);
    assert.deepEqual(last?.uses, [
      { route: '/ws', transport: 'native', count: 1 },
      { route: '/ws', transport: 'xhr-polling', count: 1 },
    ]);
    history.stop();
    assert.equal(clock.timers, 0);
  });
});
