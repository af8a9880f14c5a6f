import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RUNS } from './runs.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('what the documents say of engines', () => {
  it('is a row for each, with the transport that it is tested to pick', () => {
    const [, table = ''] = read('docs/transports.md').split(/<!-- \/?engines -->/);
    const rows = table.split('\n').map((line) => line.split(' | '));
    const picked = rows.flatMap(([engine = '', , , pick]) =>
      pick === undefined || engine === '| engine' ? [] : [[engine.slice(2), /^[\w-]+/.exec(pick)?.[0]]],
    );
    assert.deepEqual(
      picked,
      RUNS.map(({ engine, picks }) => [engine, picks]),
    );
  });

  it('is their number, in README.md', () => {
    assert.match(read('README.md'), new RegExp(`\\sin\\s${RUNS.length}\\sengines,\\s`));
  });
});
