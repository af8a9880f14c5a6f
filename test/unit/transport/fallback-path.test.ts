import assert from 'node:assert/strict';
import { parseFallbackPath } from '../../../gateway/transport/fallback-path.ts';

/** What stands behind `/echo/_fallback/v1/`. */
function parsed(rest: string) {
  const address = parseFallbackPath(`/echo/_fallback/v1/${rest}`);
  return address && [address.node, address.token, address.action];
}

describe('the path of a request with the name of a node (PROTOCOL.md §1)', () => {
  it('has the node before the action', () => {
    assert.deepEqual(parsed('web1-3f9a0c~/send'), ['web1-3f9a0c', undefined, 'send']);
  });

  it('has the node before the token', () => {
    assert.deepEqual(parsed('n~/n.k/eventsource'), ['n', 'n.k', 'eventsource']);
  });

  it('may leave the node out', () => {
    assert.deepEqual(parsed('send'), [undefined, undefined, 'send']);
    assert.deepEqual(parsed('n.k/eventsource'), [undefined, 'n.k', 'eventsource']);
  });

  for (const segment of ['~', 'a.b~', `${'a'.repeat(33)}~`, 'a~b', '~a', 'a~~']) {
    it(`takes ${segment} for no node`, () => {
      assert.deepEqual(parsed(`${segment}/send`), [undefined, segment, 'send']);
    });
  }

  it('takes a node alone for an action', () => {
    assert.deepEqual(parsed('n~'), [undefined, undefined, 'n~']);
  });
});
