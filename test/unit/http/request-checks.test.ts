import assert from 'node:assert/strict';
import { requestFault, upgradeFault } from '../../../gateway/http/request-checks.ts';

describe('checks of a request', () => {
  it('finds nothing in an ordinary one', () => {
    assert.equal(
      requestFault('/a?b', ['Host', 'x', 'Content-Length', '3', 'Cookie', 'a', 'cookie', 'b']),
      undefined,
    );
  });

  it('refuses Content-Length beside Transfer-Encoding, in any case', () => {
    assert.ok(requestFault('/', ['host', 'x', 'content-LENGTH', '3', 'TRANSFER-encoding', 'chunked']));
  });

  it('refuses two lengths, two encodings, two hosts', () => {
    assert.ok(requestFault('/', ['Host', 'x', 'Content-Length', '3', 'content-length', '3']));
    assert.ok(
      requestFault('/', ['Host', 'x', 'Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked']),
    );
    assert.equal(requestFault('/', ['Host', 'x', 'HOST', 'x'])?.message, 'repeated Host');
  });

  it('refuses codings that it does not undo (RFC 9112 §6.1)', () => {
    for (const codings of ['gzip, chunked', 'GZIP,CHUNKED'])
      assert.equal(requestFault('/', ['Transfer-Encoding', codings])?.status, 501, codings);
    for (const codings of ['gzip', 'chunked, gzip', 'xchunked', ''])
      assert.equal(requestFault('/', ['Transfer-Encoding', codings])?.status, 400, codings);
    assert.equal(requestFault('/', ['TRANSFER-encoding', 'Chunked']), undefined);
  });

  it('refuses a target that is neither a path nor an address of http', () => {
    for (const target of [
      'ftp://evil/',
      '*',
      '',
      'a',
      'gw:80',
      'http://',
      'http:///a',
      'http://a@b/',
      'http://a/#b',
    ])
      assert.ok(requestFault(target, []), target);
    for (const target of ['/', '/a?b', 'http://gw', 'https://gw:8443/a?b', 'HTTP://[::1]?b'])
      assert.equal(requestFault(target, []), undefined, target);
  });
});

describe('checks of an Upgrade', () => {
  const handshake = [
    'Host',
    'x',
    'Upgrade',
    'websocket',
    'Sec-WebSocket-Key',
    'k',
    'Sec-WebSocket-Version',
    '13',
  ];

  it('finds nothing in an ordinary one', () => {
    assert.equal(upgradeFault('/a', [...handshake, 'Origin', 'http://a', 'Content-Length', '0']), undefined);
  });

  for (const field of ['Upgrade', 'sec-websocket-KEY', 'Sec-WebSocket-Version', 'host']) {
    it(`refuses a second ${field}`, () => assert.ok(upgradeFault('/a', [...handshake, field, 'websocket'])));
  }

  it('refuses a second Origin', () => {
    assert.ok(upgradeFault('/a', [...handshake, 'Origin', 'http://a', 'origin', 'http://b']));
  });

  it('refuses a body, which the backend could take for a request', () => {
    assert.ok(upgradeFault('/a', [...handshake, 'Content-Length', '5']));
    assert.ok(upgradeFault('/a', [...handshake, 'Transfer-Encoding', 'chunked']));
  });
});
