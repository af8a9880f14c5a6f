import assert from 'node:assert/strict';
import { isNodeName, MAX_PREFIX, newNodeName } from '../../../gateway/cluster/node-name.ts';

describe('the name of a node', () => {
  it('is eight random digits', () => {
    assert.match(newNodeName(), /^[0-9a-f]{8}$/);
    assert.notEqual(newNodeName(), newNodeName());
  });

  it('begins with the prefix that was given, and is a name with the longest one', () => {
    assert.match(newNodeName('web1'), /^web1-[0-9a-f]{6}$/);
    assert.ok(isNodeName(newNodeName('x'.repeat(MAX_PREFIX))));
    assert.ok(!isNodeName(newNodeName('x'.repeat(MAX_PREFIX + 1))));
  });

  it('has nothing that ends a segment of a path, a token or a subject', () => {
    for (const name of ['', 'a.b', 'a~', 'a/b', 'a b', 'a*', 'ä', 'x'.repeat(33)])
      assert.ok(!isNodeName(name), name);
  });
});
