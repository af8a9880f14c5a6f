import assert from 'node:assert/strict';
import { weightsInChild } from '../../support/machine/weights-in-child.ts';
import type { Weighed } from './weights-child.ts';

const child = new URL('weights-child.ts', import.meta.url);

describe('what channels count as held, compared with the memory that the process uses', () => {
  it('is between 0.75 and 2 times of it, for every holder, kind and size of message', function () {
    this.timeout(120_000);
    // Now and then a collection falls between two marks and takes what was there before the first.
    this.retries(2);
    const measured = weightsInChild<Weighed>(child);
    assert.equal(measured.length, 21);
    for (const { holder, kind, size, counted, grown } of measured) {
      const what = `${holder}, ${kind} of ${size}: ${counted} counted, ${grown} in use`;
      assert.ok(counted > 0.75 * grown && counted < 2 * grown, what);
    }
  });
});
