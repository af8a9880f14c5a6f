import assert from 'node:assert/strict';
import { MAX_HEAD, PartialHead, parseFastHead } from '../../../gateway/http/fast-head.ts';

function parse(text: string) {
  return parseFastHead(Buffer.from(text, 'latin1'));
}

function head(lines: readonly string[]): string {
  return `${['POST /a?b HTTP/1.1', 'Host: gw', ...lines].join('\r\n')}\r\n\r\n`;
}

describe('the head of a request on the fast path', () => {
  it('is read as it was written, less the white space around values', () => {
    const text = head(['X-A: \t one two \t', 'content-length: 5', 'Cookie: a=b']);
    assert.deepEqual(parse(`${text}hello`), {
      method: 'POST',
      target: '/a?b',
      rawHeaders: ['Host', 'gw', 'X-A', 'one two', 'content-length', '5', 'Cookie', 'a=b'],
      length: 5,
      closes: false,
      size: text.length,
      known: undefined,
    });
  });

  it('is incomplete wherever it is cut, and foreign once it is too long', () => {
    const text = head(['X-A: 1']);
    for (let cut = 0; cut < text.length; cut++) assert.equal(parse(text.slice(0, cut)), 'incomplete');
    assert.equal(parse(`GET / HTTP/1.1\r\nX: ${'x'.repeat(MAX_HEAD)}`), 'foreign');
    assert.equal(parse(head([`X: ${'x'.repeat(MAX_HEAD)}`])), 'foreign');
  });

  it('says whether the connection is to be closed', () => {
    const read = parse(head(['Connection: Close']));
    assert.ok(typeof read === 'object' && read.closes);
  });

  const foreign: Readonly<Record<string, string>> = {
    'HTTP/1.0': 'GET / HTTP/1.0\r\nHost: gw\r\n\r\n',
    'another method': 'PUT / HTTP/1.1\r\nHost: gw\r\n\r\n',
    'an absolute target': 'GET http://gw/ HTTP/1.1\r\nHost: gw\r\n\r\n',
    'a target with a space': 'GET /a b HTTP/1.1\r\nHost: gw\r\n\r\n',
    'no Host': 'GET / HTTP/1.1\r\nX: y\r\n\r\n',
    'two Hosts': head(['Host: gw']),
    'an Upgrade': head(['Connection: Upgrade', 'Upgrade: websocket']),
    'a chunked body': head(['Transfer-Encoding: chunked']),
    'two lengths': head(['Content-Length: 1', 'Content-Length: 1']),
    'a length and chunks': head(['Content-Length: 1', 'Transfer-Encoding: chunked']),
    'a length with a sign': head(['Content-Length: +1']),
    'a list of lengths': head(['Content-Length: 1, 1']),
    'a length beyond counting': head(['Content-Length: 99999999999999999999']),
    'an expectation': head(['Expect: 100-continue']),
    'a connection field that names others': head(['Connection: keep-alive, X-A']),
    'a folded line': head(['X-A: 1', ' 2']),
    'white space before the colon': head(['X-A : 1']),
    'a name that is no token': head(['X A: 1']),
    'a line without colon': head(['X-A']),
    'a bare LF': head(['X-A: 1\nContent-Length: 5']),
    'a bare CR': head(['X-A: 1\rContent-Length: 5']),
    'a NUL': head(['X-A: 1\0']),
    'a length followed by a tab': head(['Content-Length: 5\t']),
    'a length followed by a space': head(['Content-Length: 5 ']),
    'more fields than a browser sends': head(Array.from({ length: 300 }, () => 'X: y')),
    'an empty line first': `\r\n${head([])}`,
  };
  for (const [what, text] of Object.entries(foreign)) {
    it(`is left to Node's parser with ${what}`, () => assert.equal(parse(text), 'foreign'));
  }
});

describe('a head in several packets', () => {
  const text = head(['X-A: 1', 'Content-Length: 5']);

  it('is complete with its last byte, wherever it is cut in two', () => {
    for (let cut = 1; cut < text.length; cut++) {
      const partial = new PartialHead();
      assert.equal(partial.push(Buffer.from(text.slice(0, cut))), 'incomplete', text.slice(0, cut));
      assert.equal(partial.push(Buffer.from(text.slice(cut))), 'complete');
    }
  });

  it('is complete with its last byte when it comes byte by byte', () => {
    const partial = new PartialHead();
    const states = [...text].map((byte) => partial.push(Buffer.from(byte)));
    assert.deepEqual(states.indexOf('complete'), text.length - 1);
    assert.ok(!states.includes('foreign'));
  });

  const foreign: Readonly<Record<string, string>> = {
    'a bare LF': 'GET / HTTP/1.1\n',
    'a bare LF at the beginning of a line': 'GET / HTTP/1.1\r\n\n',
    'a bare CR': 'GET / HTTP/1.1\r\nX: \rY',
    'another method': 'PUT',
    'another version': 'GET / HTTP/1.0\r\n',
    'no token as a name': 'GET / HTTP/1.1\r\nX A: 1\r\n',
    'a folded line': 'GET / HTTP/1.1\r\nX: 1\r\n 2\r\n',
    TLS: '\x16\x03\x01',
  };
  for (const [what, bytes] of Object.entries(foreign)) {
    it(`is foreign as soon as it has ${what}`, () => {
      const partial = new PartialHead();
      const states = [...bytes].map((byte) => partial.push(Buffer.from(byte, 'latin1')));
      assert.equal(states.at(-1), 'foreign');
    });
  }

  it('is foreign once it is too long', () => {
    const partial = new PartialHead();
    assert.equal(partial.push(Buffer.from(`GET / HTTP/1.1\r\nX: ${'x'.repeat(MAX_HEAD)}`)), 'foreign');
  });
});
