import assert from 'node:assert/strict';
import { underAttack } from '../attack/under-attack.ts';

/** MiB: the heap that the gateway gets here. */
const HEAP = 512;

/** `npm run attack` does this for minutes and prints what it saw. */
describe('a gateway under attack', () => {
  it('lives within its memory and loses nothing of its honest clients', async function () {
    this.timeout(120_000);
    const outcome = await underAttack(15, 1, HEAP);
    const { rss, median, echoes, rounds } = outcome;
    console.log(`      ${Math.round(rss)} MiB, ${echoes} echoes, median ${Math.round(median)} ms`);
    assert.equal(outcome.ended, undefined, outcome.log.slice(-2_000));
    assert.deepEqual(outcome.wrong, []);
    assert.ok(echoes > 20, `${echoes} echoes`);
    assert.ok(
      Object.values(rounds).every((times) => times > 0),
      JSON.stringify(rounds),
    );
    // Buffers and the program itself stand beside the heap.
    assert.ok(rss < 2 * HEAP, `${rss} MiB`);
  });
});
