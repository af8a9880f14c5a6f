import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DOWNGRADES } from '../../../gateway/base/downgrades.ts';

const document = readFileSync(new URL('../../../docs/downgrades.md', import.meta.url), 'utf8');

describe('the words for downgrades', () => {
  it('have the same rows in docs/downgrades.md, in the same order', () => {
    const rows = document.split('\n').filter((line) => line.startsWith('| `'));
    assert.deepEqual(
      rows,
      Object.entries(DOWNGRADES).map(
        ([word, { meaning, advice }]) => `| \`${word}\` | ${meaning} | ${advice} |`,
      ),
    );
  });

  it('are words that the laboratory recognizes, and that need no escaping in a metric', () => {
    for (const word of Object.keys(DOWNGRADES)) assert.match(word, /^[a-z]+(-[a-z]+)+$/);
  });
});
