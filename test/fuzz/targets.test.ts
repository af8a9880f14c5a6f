import assert from 'node:assert/strict';
import { seedFromEnvironment } from '../support/random.ts';
import { describeResult } from './report.ts';
import { runTarget } from './run-target.ts';
import { type FuzzTarget, loadTargets } from './target.ts';

/**
 * Inputs for each target, and milliseconds that one may take. `npm run fuzz` runs as many as you
 * like.
 */
const INPUTS = 1_000;
const LONGEST = 400;

const targets = await loadTargets();

describe('random inputs', () => {
  const seed = seedFromEnvironment();
  before(() => console.log(`    seed of the fuzz targets: FAULT_SEED=${seed}`));

  for (const target of targets) {
    it(`find no fault in ${target.name}`, async () => {
      const result = await runTarget(target, { seed, inputs: INPUTS, longest: LONGEST });
      assert.equal(result.failed, 0, describeResult(target.name, seed, result));
    });
  }

  it('go to targets with names of their own', () => {
    assert.ok(targets.length > 0);
    assert.equal(new Set(targets.map(({ name }) => name)).size, targets.length);
  });
});

describe('the runner of fuzz targets', () => {
  const planted: FuzzTarget = {
    name: 'planted',
    input: (random) => String(random.int(0, 9)),
    run: (input) => assert.notEqual(input, '7'),
  };

  it('reports an input that fails, and repeats it from its index', async () => {
    const { failed, failures } = await runTarget(planted, { seed: 1, inputs: 1_000 });
    const [first] = failures;
    assert.ok(failed > 50 && first !== undefined, `${failed} failed`);
    assert.equal(first.input, '7');
    const again = await runTarget(planted, { seed: 1, inputs: 1, from: first.index });
    assert.equal(again.failed, 1);
  });

  it('keeps the slowest input', async () => {
    const slow: FuzzTarget = {
      ...planted,
      run: async (input) => {
        if (input === '7') await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
    assert.equal((await runTarget(slow, { seed: 1, inputs: 40 })).slowest.input, '7');
  });
});
