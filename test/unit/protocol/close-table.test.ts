import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mayTravel } from '../../../gateway/protocol/close.ts';
import { type CloseEntry, closeTable } from '../../../gateway/protocol/close-table.ts';

const root = new URL('../../../', import.meta.url);
const entries: readonly CloseEntry[] = Object.values(closeTable);

describe('the table of close statuses', () => {
  it('has the same rows as docs/errors.md', () => {
    const rows = readFileSync(new URL('docs/errors.md', root), 'utf8')
      .split('\n')
      .filter((line) => /^\| \d{4} /.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, 4)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    const expected = entries.map(({ code, reason, retry }) => [String(code), reason, retry ? 'yes' : '']);
    assert.deepEqual(rows, expected);
  });

  it('is where every status stands that the gateway makes', () => {
    const folder = new URL('gateway/', root);
    const made = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('protocol/close'))
      .flatMap((name) => {
        const source = readFileSync(new URL(name, folder), 'utf8');
        const found = source.match(/\bcode: (?:CloseCode\.\w+|\d{4}),\s*reason:/g) ?? [];
        return found.map((text) => `${name}: ${text}`);
      });
    assert.deepEqual(made, []);
  });

  it('has codes that may travel, with reasons that fit into a Close', () => {
    for (const { code, reason } of entries) {
      assert.ok(mayTravel(code) || code === 2010, String(code));
      assert.ok(Buffer.byteLength(reason) <= 123, reason);
    }
  });
});
