import assert from 'node:assert/strict';
import { base64Decode, base64Encode } from '../../../client-shim/src/lang/base64.ts';
import { Bytes } from '../../../client-shim/src/lang/bytes.ts';
import { indexOf } from '../../../client-shim/src/lang/list.ts';
import { scalarText, trim, words } from '../../../client-shim/src/lang/text.ts';
import { utf8Decode, utf8Encode, utf8Length } from '../../../client-shim/src/lang/utf8.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';

const TEXTS = [
  '',
  'plain',
  'NUL\0CR\rLF\n',
  'é ß ÿ',
  '\u07ff\u0800\uffff',
  '漢字',
  '😀🇨🇭',
  '\u{10000}\u{10ffff}',
];
const BROKEN = ['\ud800', '\udc00', 'a\ud800b', '\udc00\ud800', '\ud800\ud800\udc00', '😀\udfff'];

describe('Language helpers of the shim', () => {
  it('encode and decode UTF-8 as the platform does', () => {
    for (const text of TEXTS) {
      const expected = [...Buffer.from(text)];
      assert.deepEqual(utf8Encode(text), expected, JSON.stringify(text));
      assert.equal(utf8Length(text), expected.length, JSON.stringify(text));
      assert.equal(utf8Decode(expected, 0, expected.length), text);
      assert.equal(utf8Decode(Uint8Array.from(expected), 0, expected.length), text);
    }
  });

  it('turn every lone surrogate into U+FFFD and leave pairs alone', () => {
    for (const text of [...TEXTS, ...BROKEN]) {
      assert.equal(scalarText(text), Buffer.from(text).toString(), JSON.stringify(text));
      assert.equal(utf8Length(text), Buffer.byteLength(text), JSON.stringify(text));
      assert.deepEqual(utf8Encode(text), [...Buffer.from(text)], JSON.stringify(text));
    }
  });

  it('decode a part of a larger list, longer than one call takes arguments', () => {
    const text = 'ab😀'.repeat(60_000);
    const data = Buffer.concat([Buffer.from('xx'), Buffer.from(text), Buffer.from('yy')]);
    assert.equal(utf8Decode(data, 2, data.length - 2), text);
  });

  it('agree with the platform on random code points', () => {
    const random = new Random(seedFromEnvironment());
    for (let round = 0; round < 300; round += 1) {
      const points = Array.from({ length: 20 }, () => random.int(0, 0x10ffff));
      const text = scalarText(String.fromCodePoint(...points));
      const data = utf8Encode(text);
      assert.deepEqual(data, [...Buffer.from(text)], `seed ${random.seed}`);
      assert.equal(utf8Decode(data, 0, data.length), text, `seed ${random.seed}`);
    }
  });

  it('encode and decode base64 of every length and every value', () => {
    const all = Array.from({ length: 256 }, (_, value) => value);
    for (const data of [[], [0], [255, 254], [1, 2, 3], [1, 2, 3, 4], all]) {
      const text = Buffer.from(data).toString('base64');
      assert.equal(base64Encode(data, 0, data.length), text);
      assert.deepEqual(base64Decode(text), data);
    }
    assert.equal(
      base64Encode(Uint8Array.from(all), 250, 255),
      Buffer.from(all.slice(250, 255)).toString('base64'),
    );
  });

  it('refuse malformed base64', () => {
    for (const text of ['a', 'ab', 'abc', 'ab=c', '====', 'a===', 'ab-_', 'abcd=', 'ab\nd'])
      assert.equal(base64Decode(text), null, text);
  });

  it('trim as the 5th edition does, and split into words', () => {
    assert.equal(trim('\ufeff\u00a0 \t\na b\r\n '), 'a b');
    assert.deepEqual(words(' a ;b,, c\n;', /[;,]/g), ['a', 'b', 'c']);
  });

  it('find an item of a list by identity', () => {
    const item = {};
    assert.equal(indexOf([{}, item, item], item), 1);
    assert.equal(indexOf([Number.NaN], Number.NaN), -1);
  });

  it('Bytes say each byte as one character', () => {
    const bytes = new Bytes([0, 127, 255]);
    assert.equal(bytes.length, 3);
    assert.equal(bytes.toBinaryString(), '\0\x7f\xff');
    assert.equal(new Bytes(new Array(70_000).fill(65)).toBinaryString(), 'A'.repeat(70_000));
  });
});
