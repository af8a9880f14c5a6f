import assert from 'node:assert/strict';
import { apiPage } from '../../scripts/reference/api.ts';
import { configurationPage } from '../../scripts/reference/configuration.ts';
import { readDocument } from './markdown.ts';

describe('pages that are written from the sources', function () {
  this.timeout(60_000);

  it('docs/configuration.md is current', () => {
    assert.equal(readDocument('docs/configuration.md'), configurationPage(), 'npm run reference writes it');
  });

  it('docs/api.md is current', () => {
    assert.equal(readDocument('docs/api.md'), apiPage(), 'npm run reference writes it');
  });
});
