import assert from 'node:assert/strict';
import { type FastHead, type KnownHead, readFastHead } from '../../../gateway/http/fast-head.ts';
import { RecentHeads } from '../../../gateway/http/recent-heads.ts';

const LINES = ['POST /a?b HTTP/1.1', 'Host: gw', 'Content-Length: 5', 'Cookie: a=b'];

function textOf(changes: Readonly<Record<number, string>> = {}): string {
  return LINES.map((line, index) => changes[index] ?? line).join('\r\n');
}

/** The head, as `heads` find it at the beginning of a request. */
function read(heads: RecentHeads, text: string): FastHead | undefined {
  return heads.read(text, Buffer.from(`${text}\r\n\r\nbody`, 'latin1'));
}

/** The same without what finds it again. */
function found(heads: RecentHeads, text: string): FastHead | undefined {
  const head = read(heads, text);
  return head && { ...head, known: undefined };
}

describe('a head that was read before', () => {
  it('means the same again, whatever its length is now', () => {
    const heads = new RecentHeads();
    for (const digits of ['5', '5', '0', '007', '123456789012345', '5']) {
      const text = textOf({ 2: `Content-Length: ${digits}` });
      assert.deepEqual(found(heads, text), readFastHead(text));
      assert.equal(read(heads, text)?.length, Number(digits));
    }
  });

  it("is found by a proxy's lower-case name, and with its length in the last line", () => {
    const heads = new RecentHeads();
    for (const lines of [
      ['POST / HTTP/1.1', 'Host: gw', 'content-length: 5', 'Cookie: a=b'],
      ['POST / HTTP/1.1', 'Host: gw', 'Content-Length: 5'],
    ]) {
      const text = lines.join('\r\n');
      const first = read(heads, text);
      assert.deepEqual(first && { ...first, known: undefined }, readFastHead(text));
      assert.equal(read(heads, text), first);
      const other = text.replace(': 5', ': 6');
      assert.deepEqual(found(heads, other), readFastHead(other));
    }
  });

  const refused: Readonly<Record<string, string>> = {
    'no digits': textOf({ 2: 'Content-Length: ' }),
    'a space behind the digits': textOf({ 2: 'Content-Length: 5 ' }),
    'a sign': textOf({ 2: 'Content-Length: +5' }),
    'a list': textOf({ 2: 'Content-Length: 5, 5' }),
    'more than can be counted': textOf({ 2: 'Content-Length: 1234567890123456' }),
    'a bare LF and another field': textOf({ 2: 'Content-Length: 5\nX: y' }),
    'a NUL': textOf({ 2: 'Content-Length: 5\0' }),
    'a second length': textOf({ 3: 'content-length: 5' }),
    chunks: textOf({ 3: 'Transfer-Encoding: chunked' }),
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`does not let another one pass that has ${what}`, () => {
      const heads = new RecentHeads();
      assert.notEqual(read(heads, textOf()), undefined);
      for (let time = 0; time < 2; time++) assert.equal(read(heads, text), undefined);
    });
  }

  it('is not mistaken for one with other cookies, another target or another host', () => {
    const heads = new RecentHeads();
    read(heads, textOf());
    for (const changes of [{ 3: 'Cookie: a=c' }, { 0: 'POST /b HTTP/1.1' }, { 1: 'Host: other' }]) {
      const text = textOf(changes);
      assert.deepEqual(found(heads, text), readFastHead(text));
    }
  });

  it('is kept as the same object while it is used, and not behind thousands of others', () => {
    const heads = new RecentHeads();
    const first = read(heads, textOf());
    const readOthers = (from: number, count: number): void => {
      for (let n = from; n < from + count; n++) read(heads, textOf({ 3: `Cookie: n=${n}` }));
    };
    for (let time = 0; time < 10; time++) {
      readOthers(time * 900, 900);
      assert.equal(read(heads, textOf()), first);
    }
    readOthers(9_000, 3_000);
    assert.notEqual(read(heads, textOf()), first);
  });

  describe('on the same connection', () => {
    const known = (text: string): KnownHead => read(new RecentHeads(), text)?.known as KnownHead;
    const start = (text: string): Buffer => Buffer.from(`${text}\r\n\r\nbody`, 'latin1');

    it('is found at the beginning of the next bytes, with its length there', () => {
      for (const digits of ['5', '0', '12', '007', '123456789012345', '5']) {
        const text = textOf({ 2: `Content-Length: ${digits}` });
        const again = known(textOf()).read(start(text));
        assert.deepEqual(again && { ...again, known: undefined }, readFastHead(text));
      }
    });

    it('is gone behind thousands of others, and holds nothing any more', () => {
      const heads = new RecentHeads();
      const first = read(heads, textOf())?.known as KnownHead;
      for (let n = 0; n < 3_000; n++) read(heads, textOf({ 3: `Cookie: n=${n}` }));
      assert.equal(first.read(start(textOf())), undefined);
      assert.equal(first.ofOthers, undefined);
    });

    it('is not found in another one, nor where it is cut', () => {
      for (const text of [
        ...Object.values(refused),
        textOf({ 3: 'Cookie: a=c' }),
        textOf({ 3: 'cookie: a=b' }),
      ])
        assert.equal(known(textOf()).read(start(text)), undefined);
      const whole = start(textOf());
      for (let cut = 0; cut < textOf().length + 4; cut++)
        assert.equal(known(textOf()).read(whole.subarray(0, cut)), undefined);
    });
  });

  it("is not kept if it is longer than a browser's", () => {
    const heads = new RecentHeads();
    const text = textOf({ 3: `Cookie: ${'x'.repeat(4_096)}` });
    assert.notEqual(read(heads, text), read(heads, text));
    assert.deepEqual(found(heads, text), readFastHead(text));
  });
});
