import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { diagnosticsOf } from '../support/refusals/page.ts';
import { type Line, type RunningGateway, repaired, startFrom } from '../support/refusals/repaired.ts';
import type { Row } from '../support/refusals/row.ts';
import { allRows } from '../support/refusals/rows.ts';
import { type Surroundings, startSurroundings } from '../support/refusals/servers.ts';
import { table } from '../support/refusals/table.ts';
import { until } from '../support/until.ts';

const document = fileURLToPath(new URL('../../docs/refusals.md', import.meta.url));
const WRITE = process.env.WRITE_REFUSALS === '1';

/** What a client got, and what the log says. */
interface Seen {
  readonly answer: string;
  readonly line: Line | undefined;
}

describe('every refusal', function () {
  this.timeout(20_000);
  let around: Surroundings | undefined;
  const cells: string[][] = [];

  before(async function () {
    around = await startSurroundings();
    if (around === undefined) this.skip();
  });
  after(() => around?.close());

  async function see(row: Row, gateway: RunningGateway): Promise<Seen> {
    const answer = await row.attempt(gateway);
    const found = (): Line | undefined =>
      gateway.lines.find(({ msg }) => /refused|stomp error/.test(String(msg)));
    if (!passes(row, answer)) await until('a line', () => found() !== undefined, 5_000);
    return { answer, line: found() };
  }

  /** Starts a gateway, tries, and edits how it is started by the line alone, until it passes. */
  async function mend(row: Row): Promise<void> {
    let { started } = row;
    const causes: unknown[] = [];
    for (let edit = 0; ; edit++) {
      const gateway = await startFrom(started);
      try {
        const { answer, line } = await see(row, gateway);
        if (edit === 0) {
          const diagnostics = row.page === undefined ? '' : await diagnosticsOf(gateway.port, row.page);
          cells.push([row.what, answer, lineOf(line), diagnostics]);
        }
        if (passes(row, answer)) {
          assert.ok(edit > 0, `it is not refused: ${answer}`);
          return;
        }
        assert.ok(line !== undefined);
        if (row.advice !== undefined) {
          assert.match(String(line.remedy), row.advice);
          return;
        }
        assert.ok(!causes.includes(line.reason), `again ${line.reason}: ${line.remedy}`);
        causes.push(line.reason);
        assert.ok(edit < (row.edits ?? 1), `${edit} edits, and now ${line.remedy}`);
        started = repaired(started, String(line.remedy), row.fill ?? {});
      } finally {
        await gateway.close();
      }
    }
  }

  it('names in one line what to write, and passes once that is written', async () => {
    const rows = allRows(around as Surroundings);
    assert.ok(rows.length >= 25);
    const faults: string[] = [];
    for (const row of rows) {
      try {
        await mend(row);
      } catch (error) {
        faults.push(`${row.what}: ${(error as Error).message}`);
      }
    }
    assert.deepEqual(faults, []);
  });

  it('is in docs/refusals.md as it is', () => {
    const written = table(cells);
    if (WRITE) writeFileSync(document, written);
    assert.equal(readFileSync(document, 'utf8'), written, 'WRITE_REFUSALS=1 writes it');
  });
});

function passes(row: Row, answer: string): boolean {
  return (row.passes ?? /^(?:101|200)/).test(answer);
}

/** The fields that tell the story, in the form of a terminal. */
function lineOf(line: Line | undefined): string {
  if (line === undefined) return '';
  const { msg, code, host, origin, path, backend, destination, login, route, remedy } = line;
  const fields = { code, route, host, origin, path, backend, destination, login };
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return `${msg} ${pairs.map((pair) => pair.join('=')).join(' ')} remedy="${remedy}"`;
}
