import assert from 'node:assert/strict';
import { encodeAnswer, fingerprint, parseCreate } from '../../../gateway/transport/create.ts';

const BODY = 'nonce=0123456789abcdef&url=%2Fecho&origin=http%3A%2F%2Fh';

function parsed(more: string) {
  return parseCreate(Buffer.from(BODY + more), '/echo');
}

const ANSWER = {
  token: 'n.k',
  protocol: '',
  carriers: 'xhr-polling',
  heartbeat: 1,
  silence: 2,
  window: 3,
  outbox: 4,
  body: 5,
};

describe('a create of a gateway of several nodes (PROTOCOL.md §3)', () => {
  for (const beside of ['', 'web1-3f9a0c.dG9rZW4_-']) {
    it(`may be beside "${beside}"`, () => {
      assert.equal(parsed(`&beside=${beside}`).nonce, '0123456789abcdef');
    });
  }

  for (const beside of ['a%20b', 'a;b', 'x'.repeat(65)]) {
    it(`is malformed beside "${beside}"`, () => {
      assert.throws(() => parsed(`&beside=${beside}`), /bad beside/);
    });
  }

  it('is the same create beside another session', () => {
    const print = (more: string) => fingerprint(parsed(more), '/echo', () => undefined);
    assert.equal(print('&beside=a.b'), print(''));
  });

  it('is answered with the node, before the end', () => {
    assert.match(encodeAnswer({ ...ANSWER, node: 'web1-3f9a0c' }), /&body=5&node=web1-3f9a0c&end=1$/);
  });

  it('is answered without a node by a gateway of one', () => {
    assert.match(encodeAnswer(ANSWER), /&body=5&end=1$/);
    assert.match(encodeAnswer({ ...ANSWER, node: undefined }), /&body=5&end=1$/);
  });
});
