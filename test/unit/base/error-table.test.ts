import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type ErrorCode, type ErrorEntry, errorTable } from '../../../gateway/base/error-table.ts';
import { RequestError } from '../../../gateway/base/errors.ts';

const root = new URL('../../../', import.meta.url);
const entries = Object.entries(errorTable) as [ErrorCode, ErrorEntry][];

/** Rows of docs/errors.md: code, status, whose fault, may retry, option. */
function documented(): readonly string[][] {
  return readFileSync(new URL('docs/errors.md', root), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `GW_'))
    .map((line) =>
      line
        .split('|')
        .slice(1, 6)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

function sources(): string {
  const folder = new URL('gateway/', root);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('error-table.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
}

describe('the table of errors', () => {
  it('has the same rows as docs/errors.md', () => {
    const rows = entries.map(([code, { status, fault, retry, option }]) => [
      code,
      status === undefined ? '' : String(status),
      fault,
      retry === true ? 'yes' : '',
      option ?? '',
    ]);
    assert.deepEqual(documented(), rows);
  });

  it('has every code that stands in the sources', () => {
    const used = new Set(sources().match(/\bGW_[A-Z_]+\b/g));
    const unknown = [...used].filter((code) => !Object.hasOwn(errorTable, code));
    assert.deepEqual(unknown, []);
  });

  it('has no code that the sources do not use', () => {
    const used = new Set(sources().match(/\bGW_[A-Z_]+\b/g));
    const unused = entries.filter(([code]) => !used.has(code)).map(([code]) => code);
    assert.deepEqual(unused, []);
  });

  it('names options that there are', () => {
    const schema = ['schema', 'bounds']
      .map((name) => readFileSync(new URL(`gateway/config/${name}.ts`, root), 'utf8'))
      .join('\n');
    for (const [code, { option }] of entries) {
      if (option !== undefined) assert.ok(schema.includes(`'${option}`), `${code}: ${option}`);
    }
  });

  it('has one short line for each', () => {
    for (const [code, { text }] of entries) assert.match(text, /^[ -~]{5,80}$/, code);
  });
});

describe('an error that refuses a request', () => {
  it('has the status and the text of its code', () => {
    const error = new RequestError('GW_SESSIONS');
    assert.deepEqual(
      [error.name, error.status, error.message, error.mayRetry, error.option],
      ['RequestError', 503, 'too many sessions', true, '--max-sessions'],
    );
  });

  it('may know more than the table', () => {
    const error = new RequestError('GW_CREATE', 'bad nonce');
    assert.deepEqual(
      [error.status, error.message, error.mayRetry, error.option],
      [400, 'bad nonce', false, undefined],
    );
  });
});
