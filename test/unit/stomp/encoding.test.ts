import assert from 'node:assert/strict';
import { makeFrame } from '../../../gateway/stomp/frame.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../../../gateway/stomp/headers.ts';
import { serialize, toMessage } from '../../../gateway/stomp/serializer.ts';
import { acceptableVersions, selectSubprotocol, VERSIONS } from '../../../gateway/stomp/version.ts';
import { Parsed } from './frames.ts';

const raw = (name: string, value: string) => new Map([[name, value]]);

describe('headers by version', () => {
  it('have no escapes in 1.0, and lose the spaces of its examples', () => {
    assert.deepEqual(readHeaders(raw('login', ' a\\nb'), '1.0'), raw('login', 'a\\nb'));
  });

  it('omit an entry that 1.0 cannot encode, so that none can be forged', () => {
    const headers = new Map([
      ['a', 'b\ndestination:/queue/x'],
      ['c:d', 'e'],
      ['f', 'g:h'],
    ]);
    assert.deepEqual(encodeHeaders(headers, '1.0'), raw('f', 'g:h'));
  });

  it('have \\n, \\c and \\\\ in 1.1, and keep the rest: stompjs 2.3 escapes nothing', () => {
    assert.deepEqual(readHeaders(raw('\\c', 'a\\nb\\\\c\\r\\t\\'), '1.1'), raw(':', 'a\nb\\c\\r\\t\\'));
  });

  it('have \\r too in 1.2, where any other escape is fatal', () => {
    assert.deepEqual(readHeaders(raw('x', '\\r\\n'), '1.2'), raw('x', '\r\n'));
    assert.throws(() => readHeaders(raw('x', 'a\\tb'), '1.2'), /undefined escape/);
  });

  for (const version of VERSIONS) {
    it(`are decoded in ${version} as they were encoded`, () => {
      const headers = raw('näme', version === '1.0' ? 'a:b\\' : 'a:b\\n\\\n:\\c');
      assert.deepEqual(readHeaders(encodeHeaders(headers, version), version), headers);
    });
  }

  it('have no escapes in CONNECT, and one entry of each name', () => {
    const headers = { 'accept-version': '1.2', login: 'a\\nb', 'login ': 'other', passcode: ' p' };
    assert.deepEqual(Object.fromEntries(readConnectHeaders(makeFrame('CONNECT', headers))), {
      'accept-version': '1.2',
      login: 'a\\nb',
      passcode: ' p',
    });
  });
});

describe('a frame in bytes', () => {
  it('has its content-length wherever it has a body', () => {
    assert.equal(
      serialize(makeFrame('MESSAGE', { a: 'b' }, Buffer.from('€\0'))).toString(),
      'MESSAGE\na:b\ncontent-length:4\n\n€\0\0',
    );
    assert.equal(
      serialize(makeFrame('RECEIPT', { 'receipt-id': '7' })).toString(),
      'RECEIPT\nreceipt-id:7\n\n\0',
    );
  });

  it('has its true length, whatever its headers say', () => {
    const frame = makeFrame('MESSAGE', { 'content-length': '99' }, Buffer.from('abc'));
    assert.equal(serialize(frame).toString(), 'MESSAGE\ncontent-length:3\n\nabc\0');
  });

  it('is a text message if it is UTF-8, else a binary one', () => {
    assert.equal(toMessage(makeFrame('MESSAGE', {}, Buffer.from('ü'))).binary, false);
    assert.equal(toMessage(makeFrame('MESSAGE', {}, Buffer.of(0xff, 0))).binary, true);
  });

  it('is read as it was written', () => {
    const parsed = new Parsed().push(serialize(makeFrame('MESSAGE', { ä: ' x:y ' }, Buffer.from('\0\n'))));
    assert.deepEqual(parsed.frames, [['MESSAGE', { ä: ' x:y ', 'content-length': '2' }, '\0\n']]);
  });
});

describe('versions', () => {
  it('are those that both sides accept', () => {
    assert.deepEqual(acceptableVersions(raw('accept-version', '1.0, 1.2,2.1')), ['1.0', '1.2']);
    assert.deepEqual(acceptableVersions(raw('accept-version', '9.9')), []);
  });

  it('are 1.0 if the client names none', () => {
    assert.deepEqual(acceptableVersions(new Map()), ['1.0']);
  });

  it('are selected as subprotocol only if the client offers one', () => {
    assert.equal(selectSubprotocol(['v10.stomp', 'v11.stomp']), 'v11.stomp');
    assert.equal(selectSubprotocol(['chat']), '');
    assert.equal(selectSubprotocol([]), '');
  });
});
