import assert from 'node:assert/strict';
import { RequestError } from '../../../gateway/base/errors.ts';
import { acceptOf, checkHandshake } from '../../../gateway/native/handshake-rules.ts';
import { handshake, sampleAccept, sampleKey } from '../../support/servers/upstreams.ts';

const good = { upgrade: 'WebSocket', connection: 'keep-alive, Upgrade', 'sec-websocket-key': sampleKey };

describe('an opening handshake', () => {
  it('is good with an upgrade to websocket and a key', () => {
    assert.equal(checkHandshake(handshake({ headers: good })), sampleKey);
  });

  it('is answered as RFC 6455 §1.3 shows', () => {
    assert.equal(acceptOf(sampleKey), sampleAccept);
  });

  it('is refused with 400 when something of it is missing or wrong', () => {
    const wrong = [
      { upgrade: 'h2c' },
      { upgrade: undefined },
      { connection: 'keep-alive' },
      { connection: undefined },
      { 'sec-websocket-key': undefined },
      { 'sec-websocket-key': 'short' },
      { 'sec-websocket-key': `${sampleKey}, ${sampleKey}` },
      { 'transfer-encoding': 'chunked' },
      { 'content-length': '5' },
    ];
    for (const change of wrong) {
      assert.throws(
        () => checkHandshake(handshake({ headers: { ...good, ...change } })),
        (error) => error instanceof RequestError && error.status === 400,
        JSON.stringify(change),
      );
    }
  });

  it('is refused when a field comes twice that must come once', () => {
    for (const name of ['Host', 'Upgrade', 'Sec-WebSocket-Key', 'sec-websocket-version']) {
      const rawHeaders = [name, 'x', 'Cookie', 'a', name.toLowerCase(), 'x'];
      assert.throws(() => checkHandshake(handshake({ headers: good, rawHeaders })), RequestError, name);
    }
    checkHandshake(handshake({ headers: good, rawHeaders: ['Cookie', 'a', 'Cookie', 'b'] }));
  });
});
