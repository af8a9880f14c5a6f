import assert from 'node:assert/strict';
import { originOfUrl, serializeOrigin } from '../../../gateway/base/origin.ts';

describe('an origin as text', () => {
  it('has one serialization (RFC 6454 §6.2)', () => {
    assert.equal(serializeOrigin('HTTPS://App.Example:443'), 'https://app.example');
    assert.equal(serializeOrigin('http://app.example:80'), 'http://app.example');
    assert.equal(serializeOrigin('http://app.example:443'), 'http://app.example:443');
    assert.equal(serializeOrigin('http://[::1]:8080'), 'http://[::1]:8080');
    assert.equal(serializeOrigin('chrome-extension://abcdef'), 'chrome-extension://abcdef');
  });

  for (const bad of [
    '',
    'null',
    '*',
    'app.example',
    'http://',
    'http://a/',
    'http://a b',
    'http://u@a',
    'http://a:b',
  ]) {
    it(`is not ${JSON.stringify(bad)}`, () => assert.equal(serializeOrigin(bad), undefined));
  }

  it('is read from a Referer', () => {
    assert.equal(originOfUrl('http://App.Example:80/page?q#f'), 'http://app.example');
    assert.equal(originOfUrl('https://app.example'), 'https://app.example');
  });

  it('is not read from what only looks like a Referer', () => {
    for (const bad of ['', 'about:blank', 'file:///c:/x.htm', 'http://good.example@evil.example/', '//a/b']) {
      assert.notEqual(originOfUrl(bad), 'http://good.example', bad);
    }
    assert.equal(originOfUrl('about:blank'), undefined);
  });
});
