import assert from 'node:assert/strict';
import {
  filterHeaders,
  forEachHeader,
  headerValue,
  headerValues,
} from '../../../gateway/base/raw-headers.ts';

const raw = ['Host', 'gw', 'X-A', '1', 'x-a', '2', 'Cookie', 'a=b'];

describe('raw header fields', () => {
  it('are visited in order, with their names as received and in lower case', () => {
    const seen: string[][] = [];
    forEachHeader(raw, (lower, value, name) => seen.push([lower, value, name]));
    assert.deepEqual(seen, [
      ['host', 'gw', 'Host'],
      ['x-a', '1', 'X-A'],
      ['x-a', '2', 'x-a'],
      ['cookie', 'a=b', 'Cookie'],
    ]);
  });

  it('are filtered by lower-case name and keep their case', () => {
    assert.deepEqual(
      filterHeaders(raw, (lower) => lower !== 'x-a'),
      ['Host', 'gw', 'Cookie', 'a=b'],
    );
  });

  it('have a value by lower-case name, joined with commas if repeated', () => {
    assert.equal(headerValue(raw, 'host'), 'gw');
    assert.equal(headerValue(raw, 'x-a'), '1, 2');
    assert.equal(headerValue(raw, 'x-b'), undefined);
  });

  it('have all their values apart', () => {
    assert.deepEqual(headerValues(raw, 'x-a'), ['1', '2']);
    assert.deepEqual(headerValues(raw, 'x-b'), []);
  });
});
