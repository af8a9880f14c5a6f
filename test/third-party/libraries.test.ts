import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { titleOf } from './libraries.ts';
import { CELLS, type Cell, Matrix } from './matrix.ts';

/** `LIBRARIES=zone,sockjs`: only those with one of these words in their name. */
const words = (process.env.LIBRARIES ?? '').split(',');

const nameOf = ({ library, transport }: Cell): string => `${titleOf(library)} works over ${transport}`;
const cells = CELLS.filter(({ library }) => words.some((word) => library.name.includes(word)));

describe('in a page of Chromium', () => {
  let matrix: Matrix;

  before(async function () {
    this.timeout(60_000);
    for (const name of ['chromium', 'mosquitto', 'libraries']) requireOrSkip(this, name);
    matrix = await Matrix.start();
    matrix.begin(cells);
  });
  after(() => matrix?.stop());

  for (const cell of cells) {
    it(nameOf(cell), async function () {
      this.timeout(120_000);
      const problem = await matrix.problem(cell);
      if (problem !== undefined) throw problem;
    });
  }
});
