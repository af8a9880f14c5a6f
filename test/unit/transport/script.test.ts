import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { encodeCall, isCallback } from '../../../gateway/transport/legacy/script.ts';
import { wrap } from '../../../gateway/transport/legacy/wrapped.ts';

function vectors(name: string): Record<string, string>[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
}

describe('the gateway encodes wrapped answers and scripts as the test vectors have them', () => {
  for (const { name, status, body, text, cut } of vectors('wrapped.json')) {
    if (!cut) it(name as string, () => assert.equal(wrap(Number(status), body as string), text));
  }
  for (const { name, callback, text, script } of vectors('scripts.json')) {
    it(name as string, () => assert.equal(encodeCall(callback as string, text as string), script));
  }
});

describe('a call in a script', () => {
  const called = (code: string, window: Record<string, unknown> = {}): unknown => {
    let shown: unknown;
    runInContext(
      code,
      createContext({
        _fg1: (text: unknown) => {
          shown = text;
        },
        ...window,
      }),
    );
    return shown;
  };

  it('brings any text', () => {
    const every = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    const text = `${every.filter((one) => !/[\ud800-\udfff]/.test(one)).join('')}😀\u{e0001}`;
    assert.equal(called(encodeCall('_fg1', text)), text);
  });

  it('has nothing in it that ends a literal, vanishes from one, or ends a script element', () => {
    const code = encodeCall(
      '_fg1',
      '</script><!--\u2028\u2029\u200d\u00ad\ufeff\uffff\u007f\0\r\n"\\\u{e0001}',
    );
    assert.match(code, /^\/\*\*\/typeof _fg1==="function"&&_fg1\("[\x20-\x7e]*"\);$/);
    assert.doesNotMatch(code, /<\//);
  });

  it('finds nobody, and throws nothing, when the page has given up', () => {
    const code = encodeCall('_fg1', 'late');
    assert.equal(called(code, { _fg1: undefined }), undefined);
    assert.doesNotThrow(() => runInContext(code, createContext({})));
  });

  it('goes to names of one harmless form only', () => {
    for (const name of ['_fg0', '_fg123456789012345']) assert.ok(isCallback(name), name);
    const bad = [
      '',
      '_fg',
      '_fg1234567890123456',
      'alert',
      '_fg1.x',
      '_fg1;x',
      '_fg1\n',
      '_fg1(',
      'CWS',
      ' _fg1',
    ];
    for (const name of bad) assert.ok(!isCallback(name), name);
  });
});
