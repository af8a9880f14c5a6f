import assert from 'node:assert/strict';
import { weightsInChild } from '../../support/machine/weights-in-child.ts';
import type { Weighed } from './weights-child.ts';

const child = new URL('weights-child.ts', import.meta.url);

/** What ten sessions may occupy without counting it: noise of the measurement. */
const NOISE = 400_000;

describe('what a session counts as held, compared with the memory that the process uses', () => {
  it('is between 0.8 and 2 times of it, for every holder, kind and size of message', function () {
    this.timeout(60_000);
    // Now and then a collection falls between two marks and takes what was there before the first.
    this.retries(2);
    const measured = weightsInChild<Weighed>(child);
    assert.equal(measured.length, 32);
    for (const { holder, kind, size, counted, grown } of measured) {
      const what = `${holder}, ${kind} of ${size}: ${counted} counted, ${grown} in use`;
      if (holder === 'fragments' && size <= 1) assert.ok(counted < NOISE && grown < NOISE, what);
      else assert.ok(counted > 0.8 * grown && counted < 2 * grown, what);
    }
  });
});
