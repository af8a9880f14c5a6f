import assert from 'node:assert/strict';
import { checkProtocols, protocolList } from '../../../client-shim/src/facade/protocols.ts';
import { hostOf, originOf, resolve, webSocketUrl } from '../../../client-shim/src/facade/url.ts';
import { withGlobals } from '../../support/realm/globals.ts';

const BASE = 'http://page.test:8080/dir/index.html?q#f';

/** Reference and what the constructor makes of it against BASE; null is a SyntaxError. */
const CASES: [string, string | null][] = [
  ['ws://host', 'ws://host/'],
  ['wss://HOST:443/Path?q=1', 'wss://host/Path?q=1'],
  ['ws://host:80', 'ws://host/'],
  ['ws://host:443/', 'ws://host:443/'],
  ['WS://host:08080/x', 'ws://host:8080/x'],
  ['http://host/x', 'ws://host/x'],
  ['https://host/x', 'wss://host/x'],
  ['/echo', 'ws://page.test:8080/echo'],
  ['echo', 'ws://page.test:8080/dir/echo'],
  ['../echo?x', 'ws://page.test:8080/echo?x'],
  ['?y', 'ws://page.test:8080/dir/index.html?y'],
  ['', 'ws://page.test:8080/dir/index.html?q'],
  ['//other/x', 'ws://other/x'],
  ['  ws://host/x \n', 'ws://host/x'],
  ['ws://ho\tst/x', 'ws://host/x'],
  ['ws:\\\\host\\x', 'ws://host/x'],
  ['ws://host/a/./b/../c/..', 'ws://host/a/'],
  ['ws://host/a/%2E%2e/b', 'ws://host/b'],
  ['ws://host/%7Eé "<>`', 'ws://host/%7E%C3%A9%20%22%3C%3E%60'],
  ['ws://host/x?é a', 'ws://host/x?%C3%A9%20a'],
  ['ws://[::1]:9/x', 'ws://[::1]:9/x'],
  ['ws://user:pw@host/x', 'ws://user:pw@host/x'],
  ['ws://host/x;y=1,2', 'ws://host/x;y=1,2'],
  ['ftp://host/', null],
  ['mailto:a@b', null],
  ['javascript:1', null],
  ['ws://', null],
  ['ws://host:65536/', null],
  ['ws://host:x/', null],
  ['ws://ho st/', null],
  ['ws://host/x#', null],
  ['ws://host/x#frag', null],
  ['#frag', null],
];

/** As that of Safari 10. */
class HostlessURL extends URL {
  constructor(text: string, base?: string) {
    super(text === 'ws://' ? 'about:blank' : text, base);
  }
}

const isSyntaxError = (error: Error & { code?: number }) => error.name === 'SyntaxError' && error.code === 12;

describe("The constructor's address", () => {
  for (const [parser, globals] of [
    ["the engine's parser", {}],
    ['the own rules, where the engine has no parser', { URL: undefined }],
    ['the own rules, where URL is not a constructor', { URL: { createObjectURL() {} } }],
    ['the own rules, where URL wants no host', { URL: HostlessURL }],
  ] as const) {
    it(`is resolved, checked and serialized by ${parser}`, () => {
      const undo = withGlobals(globals);
      try {
        for (const [reference, expected] of CASES) {
          if (expected === null) assert.throws(() => webSocketUrl(reference, BASE), isSyntaxError, reference);
          else assert.equal(webSocketUrl(reference, BASE), expected, reference);
        }
      } finally {
        undo();
      }
    });
  }

  it('is a SyntaxError if relative to a page that has no http address', () => {
    for (const base of ['file:///C:/page.html', 'about:blank', ''])
      assert.throws(() => webSocketUrl('/echo', base), isSyntaxError);
  });

  it('is a SyntaxError with name and legacy code also where there is no DOMException', () => {
    const undo = withGlobals({ DOMException: undefined });
    try {
      assert.throws(() => webSocketUrl('ftp://x/', BASE), isSyntaxError);
    } finally {
      undo();
    }
  });

  it('resolves https addresses to https', () => {
    assert.equal(resolve('shim/x.js', 'https://gw/a/b'), 'https://gw/a/shim/x.js');
    assert.equal(resolve('//cdn/x.js', 'https://gw/a/b'), 'https://cdn/x.js');
  });

  it('has a host and an origin', () => {
    assert.equal(hostOf('ws://user@host:81/x@y?z'), 'host:81');
    assert.equal(hostOf('wss://host:443/'), 'host');
    assert.equal(hostOf('ws://[::1]:80/'), '[::1]');
    assert.equal(originOf('wss://user:pw@host:81/x?y'), 'wss://host:81');
  });
});

describe('Subprotocols', () => {
  it('are a list, or one string', () => {
    assert.deepEqual(protocolList(undefined), []);
    assert.deepEqual(protocolList([]), []);
    assert.deepEqual(protocolList('chat'), ['chat']);
    assert.deepEqual(protocolList(['a', 'v10.stomp', "!#$%&'*+-.^_`|~"]), [
      'a',
      'v10.stomp',
      "!#$%&'*+-.^_`|~",
    ]);
    assert.deepEqual(protocolList(null), ['null']);
    assert.deepEqual(protocolList([1, null]), ['1', 'null']);
  });

  it('are the items of whatever can be iterated over', () => {
    function* generate() {
      yield 'a';
      yield 'b';
    }
    const faux = { length: 1, 0: 'x', [Symbol.iterator]: generate };
    for (const items of [new Set(['a', 'b']), generate(), faux])
      assert.deepEqual(protocolList(items), ['a', 'b']);
    assert.deepEqual(protocolList(new String('ab')), ['a', 'b']);
    assert.deepEqual(protocolList({ [Symbol.iterator]: null, toString: () => 'a' }), ['a']);
    for (const iterator of [1, () => 1, () => ({})])
      assert.throws(() => protocolList({ [Symbol.iterator]: iterator }), TypeError);
  });

  it('are the items of an array where there are no iterators', () => {
    const undo = withGlobals({ Symbol: undefined });
    const list = [protocolList(['a', 'b']), protocolList({ toString: () => 'c' })];
    undo();
    assert.deepEqual(list, [['a', 'b'], ['c']]);
  });

  it('are a SyntaxError if one is no token, or comes twice', () => {
    const separators = [...'()<>@,;:\\"/[]?={} \t'].map((one) => `a${one}`);
    for (const bad of ['', 'é', 'a\x7f', '\0', ...separators])
      assert.throws(() => checkProtocols([bad]), isSyntaxError, bad);
    assert.throws(() => checkProtocols(['a', 'b', 'a']), isSyntaxError);
    checkProtocols(['constructor', 'toString', 'chat', 'CHAT']);
  });
});
