import assert from 'node:assert/strict';
import { utf8Length } from '../../../client-shim/src/lang/utf8.ts';
import { parseFrames } from '../../../client-shim/src/stomp/frames.ts';

function parse(text: string, sizeOf = utf8Length) {
  const frames: [string, Record<string, string>, string][] = [];
  const rest = parseFrames(text, sizeOf, ({ command, headers, body }) =>
    frames.push([command, headers, body]),
  );
  return { frames, rest };
}

describe('STOMP frames of a text', () => {
  it('are cut at their NULs, and what has not ended is the rest', () => {
    assert.deepEqual(parse('A\nb:c\n\nx\0\nB\n\n\0C\n\ny'), {
      frames: [
        ['A', { b: 'c' }, 'x'],
        ['B', {}, ''],
      ],
      rest: 'C\n\ny',
    });
  });

  it('are none in a heart-beat', () => {
    for (const text of ['', '\n', '\n\n', '\r\n', '\0\n'])
      assert.deepEqual(parse(text), { frames: [], rest: '' });
  });

  it('may have lines that end in CR LF (STOMP 1.2, "Augmented BNF")', () => {
    assert.deepEqual(parse('A\r\nb:c\r\n\r\nx\r\n\0\r\nB\r\n\r\n\0'), {
      frames: [
        ['A', { b: 'c' }, 'x\r\n'],
        ['B', {}, ''],
      ],
      rest: '',
    });
  });

  it('have of a repeated header the first, whatever objects inherit, and colons in values', () => {
    assert.deepEqual(parse('A\nb:1\nb:2\nconstructor: c:d \nno colon\n\n\0').frames, [
      ['A', { b: '1', constructor: 'c:d' }, ''],
    ]);
  });

  it('have bodies of as many bytes as content-length says, with NULs in them', () => {
    const body = '\0é\0€\0😀\0';
    const length = Buffer.byteLength(body);
    assert.deepEqual(parse(`A\ncontent-length:${length}\n\n${body}\0B\n\n\0`).frames, [
      ['A', { 'content-length': `${length}` }, body],
      ['B', {}, ''],
    ]);
    assert.deepEqual(parse('A\ncontent-length:4\n\n\xff\0\xfe\0\0B\n\n\0', (text) => text.length).frames, [
      ['A', { 'content-length': '4' }, '\xff\0\xfe\0'],
      ['B', {}, ''],
    ]);
  });

  it('wait for as many bytes as content-length says', () => {
    const text = 'A\ncontent-length:9\n\né\0é\0abc\0';
    for (let end = 1; end < text.length; end += 1)
      assert.deepEqual(parse(text.slice(0, end)), { frames: [], rest: text.slice(0, end) });
    assert.equal(parse(text).frames.length, 1);
  });

  it('end at the first NUL where content-length is wrong, and no later frame is lost', () => {
    for (const length of ['1', '3', '-1', 'x', '', '0x2'])
      assert.deepEqual(
        parse(`A\ncontent-length:${length}\n\néé\0B\n\n\0`).frames.map(([command, , body]) => command + body),
        ['Aéé', 'B'],
        length,
      );
  });

  it('without the end of a head have no body, and no later frame is lost', () => {
    assert.deepEqual(parse('A\nb:c\0B\n\nx\0').frames, [
      ['A', { b: 'c' }, ''],
      ['B', {}, 'x'],
    ]);
    assert.deepEqual(parse('A\n\0B\n\nx\0').frames, [
      ['A', {}, ''],
      ['B', {}, 'x'],
    ]);
  });

  it('count a body that comes in chunks once', () => {
    let counted = 0;
    const sizeOf = (text: string) => {
      counted += text.length;
      return utf8Length(text);
    };
    const text = `A\ncontent-length:10000\n\n${'x'.repeat(10_000)}\0`;
    for (let end = 100; end <= text.length + 100; end += 100) parse(text.slice(0, end), sizeOf);
    assert.ok(counted <= 20_000, `${counted}`);
  });
});
