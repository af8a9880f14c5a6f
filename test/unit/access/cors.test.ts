import assert from 'node:assert/strict';
import { crossOriginHeaders, preflightHeaders } from '../../../gateway/access/cors.ts';
import { OriginPolicy } from '../../../gateway/access/origins.ts';
import { requestHead } from '../http/head.ts';

const policy = new OriginPolicy(['http://app', 'null']);

describe('cross-origin header fields', () => {
  it('are none without Origin and for own pages', () => {
    assert.deepEqual(crossOriginHeaders(policy, requestHead()), {});
    assert.deepEqual(crossOriginHeaders(policy, requestHead({ origin: 'http://localhost:8080' })), {});
  });

  it('name a listed origin, with credentials', () => {
    assert.deepEqual(crossOriginHeaders(policy, requestHead({ origin: 'http://app' })), {
      'access-control-allow-origin': 'http://app',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it('never reflect an origin that was not matched', () => {
    for (const origin of ['http://evil', 'http://app.evil', '*', 'http://app\r\nX: y', '']) {
      const headers = crossOriginHeaders(policy, requestHead({ origin }));
      assert.deepEqual(headers, { vary: 'Origin' }, origin);
    }
  });

  it('never hold a star beside credentials', () => {
    const headers = crossOriginHeaders(new OriginPolicy(['*']), requestHead({ origin: 'http://any' }));
    assert.equal(headers['access-control-allow-origin'], 'http://any');
    assert.equal(headers.vary, 'Origin');
  });

  it('do not let other origins set the mark of same-origin script', () => {
    const headers = preflightHeaders(policy, requestHead({ origin: 'http://app' }, { method: 'OPTIONS' }));
    assert.equal(headers['access-control-allow-headers'], 'Content-Type');
    assert.equal(headers['access-control-allow-methods'], 'GET, POST');
  });

  it('tell nothing to a preflight of a foreign origin', () => {
    assert.deepEqual(preflightHeaders(policy, requestHead({ origin: 'http://evil' })), { vary: 'Origin' });
  });
});
