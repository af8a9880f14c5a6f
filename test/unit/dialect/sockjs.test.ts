import assert from 'node:assert/strict';
import { encodeEnd, encodeEntries, encodeMessages } from '../../../gateway/dialect/sockjs.ts';
import { MessageReader } from '../../../gateway/dialect/sockjs-messages.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { SockJsRequests } from '../../support/clients/sockjs.ts';
import { startGateway } from '../../support/servers/gateway.ts';

/** What engines lose or change (SockJS 0.3.3, `escapable_by_server`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\x00-\x1f\ud800-\udfff\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]/;

describe('frames of SockJS', () => {
  const read = (json: string, allowed?: 'array' | 'array or string'): string[] =>
    new MessageReader(Buffer.from(json), allowed).rest().map(({ text }) => text);

  const entry = (text: string) => ({ message: Message.text(text), more: false, close: undefined });
  const end = (close?: { code: number; reason: string }) => ({ message: undefined, more: false, close });

  it('are one for all messages, and one for the end', () => {
    assert.deepEqual(encodeEntries([]), []);
    assert.deepEqual(encodeEntries([entry('')]), ['a[""]']);
    assert.deepEqual(encodeEntries([entry('a'), entry(''), entry('"\n')]), [String.raw`a["a","","\"\n"]`]);
    assert.deepEqual(encodeEntries([entry('a'), end({ code: 4001, reason: 'b"ye' })]), [
      'a["a"]',
      String.raw`c[4001,"b\"ye"]`,
    ]);
    assert.deepEqual(encodeEntries([end()]), ['c[1006,""]']);
    assert.equal(encodeEnd({ code: 1005, reason: '' }), 'c[1005,""]');
  });

  it('have nothing in them that engines lose or change', () => {
    const [frame = ''] = encodeEntries([entry('\u2028\u200c\ufff0\uffff\u0000\u001f é😀')]);
    assert.equal(frame, String.raw`a["\u2028\u200c\ufff0\uffff\u0000\u001f é\ud83d\ude00"]`);
  });

  it('hold each character, as it is or escaped', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (unit >= 0xd800 && unit <= 0xdfff) continue;
      const text = `a${String.fromCharCode(unit)}`;
      const frame = encodeMessages([Message.text(text)]).text;
      assert.deepEqual(JSON.parse(frame.slice(1)), [text], `U+${unit.toString(16)}`);
      assert.doesNotMatch(frame, UNSAFE, `U+${unit.toString(16)}`);
    }
  });

  it('know their bytes, whether all messages are ASCII or not', () => {
    for (const texts of [['a', 'b"'], ['a', 'é'], ['\u2028'], ['']]) {
      const frame = encodeMessages(texts.map((text) => Message.text(text)));
      assert.equal(frame.size, Buffer.byteLength(frame.text), texts.join());
    }
  });

  it('hold long text that is escaped a part at a time, wherever the parts end', () => {
    const character = String.raw`"\\\n`;
    for (const begin of ['', 'a', 'ab', 'abc']) {
      const text = `${begin}${`é€😀\u2028${character}`.repeat(10_000)}`;
      for (const message of [Message.text(text), Message.utf8(Buffer.from(text))]) {
        const [frame = ''] = encodeEntries([{ message, more: false, close: undefined }]);
        assert.deepEqual(JSON.parse(frame.slice(1)), [text]);
        assert.doesNotMatch(frame, /[\u2028\ud800-\udfff]/);
      }
    }
  });

  it('from a client are arrays of text, or on a WebSocket one text', () => {
    assert.deepEqual(read('["a","\\ud800"]'), ['a', '\ufffd']);
    assert.deepEqual(read('["é"]'), ['é']);
    assert.deepEqual(read(' [ "" , "\\u0041\\\\" ,"\\"" ] \r\n'), ['', 'A\\', '"']);
    assert.deepEqual(read('[]'), []);
    assert.deepEqual(read('"a"', 'array or string'), ['a']);
    for (const [body, reason] of [
      ['', /Payload expected/],
      ['"a"', /Payload expected/],
      ['[1]', /Payload expected/],
      ['[["a"]]', /Payload expected/],
      ['{"a":"b"}', /Payload expected/],
      ['["a"', /Broken JSON/],
      ['["a",]', /Broken JSON/],
      ['["a" "b"]', /Broken JSON/],
      ['["a"]x', /Broken JSON/],
      ['["a\n"]', /Broken JSON/],
      ['["\\x"]', /Broken JSON/],
      ['["a\\"]', /Broken JSON/],
      ['\ufeff["a"]', /Broken JSON/],
    ] as const) {
      assert.throws(() => read(body), { name: 'MalformedError', message: reason }, body);
    }
    assert.throws(() => read('1', 'array or string'), { name: 'MalformedError' });
    assert.throws(() => read('"a" "b"', 'array or string'), { name: 'MalformedError' });
  });

  it('from a client keep long text as the bytes it came as', () => {
    const text = 'é'.repeat(5000);
    assert.deepEqual(read(JSON.stringify([text, `${text}\n`, 'b'])), [text, `${text}\n`, 'b']);
  });

  it('from a client may be read a part at a time, wherever the parts end', () => {
    const long = String.raw`é\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00\ud800x\udc00\ud83d\n😀`.repeat(
      60,
    );
    const json = `["a", "${long}" ,"b","${long}x"]`;
    const expected = (JSON.parse(json) as string[]).map((text) => Buffer.from(text).toString());
    for (const step of [1, 2, 3, 5, 7, 11, 100, 4_999]) {
      const reader = new MessageReader(Buffer.from(json));
      const texts: string[] = [];
      for (let next = reader.next(step); next !== undefined; next = reader.next(reader.position + step)) {
        if (next !== 'unfinished') texts.push(next.text);
      }
      assert.deepEqual(texts, expected, `${step}`);
    }
  });

  it('from a client may be broken far into a long one', () => {
    const long = 'x'.repeat(5_000);
    for (const end of [
      '',
      '\\',
      '\\"',
      '\\x"]',
      '\\u12"]',
      '\\u12',
      '\\u123g"]',
      '\n"]',
      '"',
      '"x]',
      '\\ud800\\u"]',
    ])
      assert.throws(() => read(`["${long}${end}`), { name: 'MalformedError', message: /Broken JSON/ }, end);
  });

  it('of 16 MiB that nest are refused at the first that does', () => {
    const reader = new MessageReader(Buffer.alloc(16 * 1024 * 1024, '['));
    assert.throws(() => reader.next(), { name: 'MalformedError' });
    assert.ok(reader.position < 10);
  });

  it('are encoded once for all sessions that a program sends the same text to', async () => {
    const sockets: { send(text: string): void }[] = [];
    const { port, close } = await startGateway({ routes: [] }, (gateway) =>
      gateway.route('/all', (socket) => sockets.push(socket)),
    );
    const requests = new SockJsRequests(`http://127.0.0.1:${port}/all`);
    const sessions = ['/0/a', '/0/b', '/0/c'];
    for (const session of sessions) assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    const { stringify } = JSON;
    let encoded = 0;
    try {
      JSON.stringify = ((value: unknown, ...rest: []) => {
        if (value === 'to "all"') encoded++;
        return stringify(value, ...rest);
      }) as typeof JSON.stringify;
      for (const socket of sockets) socket.send('to "all"');
      for (const session of sessions) {
        assert.equal((await requests.post(`${session}/xhr`)).body, 'a["to \\"all\\""]\n');
      }
    } finally {
      JSON.stringify = stringify;
    }
    assert.equal(encoded, 1);
    requests.close();
    await close();
  });
});
