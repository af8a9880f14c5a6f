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

  const granted = (list?: string): unknown => {
    const fields = list === undefined ? {} : { 'access-control-request-headers': list };
    const head = requestHead({ origin: 'http://app', ...fields }, { method: 'OPTIONS' });
    return preflightHeaders(policy, head)['access-control-allow-headers'];
  };

  it('grant a listed origin the header fields that its preflight requests', () => {
    assert.equal(granted('content-type,traceparent'), 'content-type, traceparent');
    assert.equal(granted('x-csrf-token, x-requested-with'), 'x-csrf-token, x-requested-with');
  });

  it('never grant the mark of same-origin script, nor what stands for every name', () => {
    assert.equal(granted(), 'Content-Type');
    for (const list of ['x-fallback', 'X-Fallback', '*', '*,x-fallback', 'x-fallback, *']) {
      assert.equal(granted(list), 'Content-Type', list);
    }
    assert.equal(granted('a,*,X-FALLBACK,b'), 'a, b');
  });

  it('grant no list that is long or malformed', () => {
    const names = (count: number): string => Array.from({ length: count }, (_, at) => `x-${at}`).join(',');
    assert.match(String(granted(names(32))), /x-31$/);
    for (const list of [names(33), 'x'.repeat(65), 'a b', 'a\r\nb: c', 'a,,b', ',a', 'a;b']) {
      assert.equal(granted(list), 'Content-Type', list);
    }
  });

  it('let listed origins get and post only', () => {
    const headers = preflightHeaders(policy, requestHead({ origin: 'http://app' }, { method: 'OPTIONS' }));
    assert.equal(headers['access-control-allow-methods'], 'GET, POST');
  });

  it('tell nothing to a preflight of a foreign origin', () => {
    assert.deepEqual(preflightHeaders(policy, requestHead({ origin: 'http://evil' })), { vary: 'Origin' });
  });
});
