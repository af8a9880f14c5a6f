import assert from 'node:assert/strict';
import { jsString } from '../../../gateway/transport/legacy/js-string.ts';

describe('a text as a literal of a script', () => {
  const everything = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).filter(
    (unit) => !/[\ud800-\udfff]/.test(unit),
  );

  it('says the same, whatever is in it', () => {
    const text = `${everything.join('')}😀"\\</script><!--]]>\u{e0001}`;
    assert.equal(JSON.parse(jsString(text)), text);
  });

  it('has nothing in it that ends an element, a line or a literal, or that vanishes', () => {
    const encoded = jsString(`${everything.join('')}</script><!-- \u{e0001}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(encoded, /[<\u2028\u2029\r\n\0-\x1f\x7f\ufeff\u00ad\u200b-\u200f]|\p{Cf}/u);
    assert.match(encoded, /^"(?:[^"\\]|\\.)*"$/s);
  });
});
